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
