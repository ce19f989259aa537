package scenarios_test

import (
	"bufio"
	"context"
	"io"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// sendsInTurn waits for an answer to each part of its large request, and so never fills
// a window.
func sendsInTurn() scenarios.TCPClient {
	c := reference.TCPClient(echoed, within)
	c.Handler = echoes
	c.Large = func(ctx context.Context, addr string) (string, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(within))
		r, part, answer := bufio.NewReader(conn), strings.Repeat("x", 128<<10)+"\n", ""
		for sent := 0; sent < scenarios.LargeRequest && err == nil; sent += len(part) {
			if _, err = io.WriteString(conn, part); err == nil {
				answer, err = r.ReadString('\n')
			}
		}
		return answer, err
	}
	return c
}

var _ = It("does not say of a client whose window is never full that it copes with that", func(ctx SpecContext) {
	err := run(ctx, scenarios.CopesWithFullWindow, sendsInTurn)
	Expect(err).To(MatchError(scenarios.ErrInconclusive))
	Expect(err).To(MatchError(ContainSubstring("500ms after the last byte that the server read, the client's buffers were not full")))
}, NodeTimeout(time.Minute))

var _ = duels("a promise of a TCP client that greets first", 2,
	tcpEntry(scenarios.HonorsDeadlineSending, 5*within, reference.GreetsFirst, reference.GreetsWithoutWriteDeadline, `stopped reading after byte 65541 of the 8388614 that it sends: Large did not return`),
	tcpEntry(scenarios.CopesWithFullWindow, 10*within, reference.GreetsFirst, reference.GreetsAndLeavesHoles, `when the server reads slowly: Large = "`),
)
