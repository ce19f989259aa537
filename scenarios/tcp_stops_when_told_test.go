package scenarios_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/textproto"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// handsOnHalf does stop when it is told to, but with the half of its reply that it has,
// which it takes for a whole one: a textproto.Reader lets any error end a line.
func handsOnHalf() scenarios.TCPClient {
	return scenarios.TCPClient{Handler: echoes, Want: echoed, Within: within, Do: func(ctx context.Context, addr string) (string, error) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", addr)
		if err != nil {
			return "", err
		}
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		conn.SetDeadline(time.Now().Add(within))
		fmt.Fprintln(conn, echoed)
		return textproto.NewReader(bufio.NewReader(conn)).ReadLine()
	}}
}

var _ = It("catches a client that hands on half a reply when it is told to stop every time in 8 runs", func(ctx SpecContext) {
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = scenarios.Run(ctx, scenarios.StopsWhenTold, handsOnHalf) })
	}
	wg.Wait()
	for _, err := range errs {
		wantBroken(err, "stops when told to", `half-way through its reply: Do = "hello from ", <nil>`)
	}
}, NodeTimeout(time.Minute))

// lateOnce returns a client whose first call that fails is late by three quarters of within, as
// on a machine that is busy at that moment.
func lateOnce(c scenarios.TCPClient) scenarios.TCPClient {
	open := c.Open
	var late sync.Once
	c.Open = func(ctx context.Context, addr string) (scenarios.Session, error) {
		s, err := open(ctx, addr)
		ask := s.Ask
		s.Ask = func(ctx context.Context, n int) (string, error) {
			answer, err := ask(ctx, n)
			if err != nil {
				late.Do(func() { time.Sleep(c.Within * 3 / 4) })
			}
			return answer, err
		}
		return s, err
	}
	return c
}

var _ = It("catches a client that is not told while it connects, though the machine was busy when it was left alone", func(ctx SpecContext) {
	c := reference.DialsOnWhenTold(echoed, within)
	c.Handler = echoes
	err := scenarios.RunInMemory(ctx, suite, scenarios.StopsWhenTold, always(lateOnce(c)))
	wantBroken(err, "stops when told to", `told to stop while it connects: Ask(1) = "", `)
}, NodeTimeout(time.Minute))
