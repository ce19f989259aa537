package scenarios_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/scenarios"
)

// pongs is the server's side of ping's protocol.
var pongs = fakeserver.Lines{Answer: func(string) string { return "PONG" }}

// ping is a client to be put to the test. It has a bug: it believes that one Read
// gives the whole reply.
func ping(ctx context.Context, addr string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	fmt.Fprint(conn, "PING\n")
	p := make([]byte, 1024)
	n, err := conn.Read(p)
	if err != nil {
		return "", err
	}
	return string(p[:min(n, 4)]), nil
}

// pong is ping without the bug.
func pong(ctx context.Context, addr string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	fmt.Fprint(conn, "PING\n")
	line, err := bufio.NewReader(conn).ReadString('\n')
	return line[:min(len(line), 4)], err
}

func ExampleRun() {
	for _, do := range []func(context.Context, string) (string, error){ping, pong} {
		err := scenarios.Run(context.Background(), scenarios.ReassemblesSplitReplies, func() scenarios.TCPClient {
			return scenarios.TCPClient{Handler: pongs, Do: do, Want: "PONG", Within: time.Second}
		})
		fmt.Println(errors.Is(err, scenarios.ErrBroken))
	}
	// Output:
	// true
	// false
}

func ExampleDescribeTCPClient() {
	_ = scenarios.DescribeTCPClient("ping client", func() scenarios.TCPClient {
		return scenarios.TCPClient{Handler: pongs, Do: pong, Want: "PONG", Within: time.Second}
	}, scenarios.Keeps(scenarios.ReassemblesSplitReplies, scenarios.ReportsReset, scenarios.HonorsDeadline))
}

func ExampleDescribeUDPClient() {
	_ = scenarios.DescribeUDPClient("time client", func() scenarios.UDPClient {
		return scenarios.UDPClient{
			Handler: fakeserver.PacketReply{Data: "12:00"},
			Want:    "12:00",
			Within:  time.Second,
			Do: func(ctx context.Context, addr string) (string, error) {
				conn, err := net.Dial("udp", addr)
				if err != nil {
					return "", err
				}
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(time.Second))
				io.WriteString(conn, "time?")
				p := make([]byte, 64)
				n, err := conn.Read(p)
				return string(p[:n]), err
			},
		}
	}, scenarios.Keeps(scenarios.HonorsDeadlineOnLoss))
}

// The standard logger is attached in a dozen lines. It can't promise to survive a
// reset, so that promise is reported as not promised.
func ExampleDescribeNetworkLogger() {
	_ = scenarios.DescribeNetworkLogger("standard logger", func() scenarios.NetworkLogger {
		return scenarios.NetworkLogger{Within: time.Second, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				return scenarios.Log{}, err
			}
			l := log.New(conn, fmt.Sprintf("[%d] ", os.Getpid()), log.LstdFlags)
			return scenarios.Log{
				Print: func(line string) { l.Println(line) },
				Panic: func(line string) { l.Panicln(line) },
				Close: conn.Close,
			}, nil
		}}
	}, scenarios.Keeps(scenarios.LinesArriveWholeOnceInOrder, scenarios.LastLineOfAPanicArrives))
}
