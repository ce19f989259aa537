package bubbletest

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/explore"
)

// asking is a client of lines. One that is trusting takes what comes before the end of its connection for an answer.
func asking(trusting bool) explore.Body {
	return func(_ context.Context, w *explore.Wire) error {
		for range 3 {
			w.Do("ask", func(ctx context.Context) (any, error) {
				ctx, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				conn, err := w.DialContext(ctx, "tcp", "server.test:4242")
				if err != nil {
					return nil, err
				}
				defer conn.Close()
				end, _ := ctx.Deadline()
				conn.SetDeadline(end)
				if _, err := io.WriteString(conn, "apples\n"); err != nil {
					return nil, err
				}
				answer, err := bufio.NewReader(conn).ReadString('\n')
				if trusting && err == io.EOF {
					err = nil
				}
				return strings.TrimSpace(answer), err
			})
		}
		return nil
	}
}

// exploring returns a Config whose finds are in a folder of the test's own.
func exploring(suite *testing.T, dir string) explore.Config {
	return explore.Config{Handler: fakeserver.Lines{}, Within: 2 * time.Second, Plans: 40, Budget: time.Minute, Suite: suite, Dir: dir}
}

var _ = Describe("a search", func() {
	It("passes for a right client", func() {
		explore.TCP(GinkgoT(), exploring(suite, GinkgoT().TempDir()), asking(false))
	})
	if !failing {
		return
	}
	It("fails for a trusting client", func() {
		explore.TCP(GinkgoT(), exploring(suite, GinkgoT().TempDir()), asking(true))
	})
	It("finds the same without the suite's T, on sockets", func() {
		explore.TCP(GinkgoT(), exploring(nil, GinkgoT().TempDir()), asking(true))
	})
})

func TestSearchFails(t *testing.T) {
	if !failing {
		t.Skip("only in a process of its own")
	}
	explore.TCP(t, exploring(nil, t.TempDir()), asking(true))
}
