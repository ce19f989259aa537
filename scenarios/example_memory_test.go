package scenarios_test

import (
	"bufio"
	"context"
	"net"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
)

// pingBy is a client that takes a dialer, which is all that it needs to run in memory.
func pingBy(ctx context.Context, addr string) (string, error) {
	conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	return pingOn(conn)
}

func pingOn(conn net.Conn) (string, error) {
	if _, err := conn.Write([]byte("PING\n")); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}

func pinger() scenarios.TCPClient {
	return scenarios.TCPClient{Handler: pongs, Do: pingBy, Want: "PONG", Within: time.Second}
}

// All of a second's deadlines pass at once: those of a suite, which keeps its *testing.T,
func ExampleInMemory() {
	var clients *testing.T
	_ = func(t *testing.T) { // TestClients
		clients = t
		RegisterFailHandler(Fail)
		RunSpecs(t, "clients")
	}

	_ = scenarios.DescribeTCPClient("ping client", pinger, scenarios.InMemory(&clients),
		scenarios.Keeps(scenarios.ReassemblesSplitReplies, scenarios.ReportsTruncatedReply, scenarios.HonorsDeadline))
}

// and those of a plain test.
func ExampleRunInMemory() {
	_ = func(t *testing.T) { // TestPing
		for _, p := range scenarios.Promises[scenarios.TCPClient]() {
			t.Log(scenarios.RunInMemory(t.Context(), t, p, pinger))
		}
	}
}
