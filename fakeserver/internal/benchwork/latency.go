package benchwork

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// LatencyToClient is what a delay costs in throughput of what the server sends.
// Both sides are fakeserver.
var LatencyToClient = Work{
	Name: "LatencyToClient", What: "32 MiB to the client, Latency of 5 ms", Baseline: "the kit without a fault", Slice: 1, Bytes: lateBytes,
	Raw: lateBody(sendToClient), Kit: lateBody(sendToClient, fault.ToClient(late)), Speed: true, Goal: AtLeast(1),
}

// LatencyFromClient is the same of what the handler gets.
var LatencyFromClient = Work{
	Name: "LatencyFromClient", What: "32 MiB to the handler, Latency of 5 ms", Baseline: "the kit without a fault", Slice: 1, Bytes: lateBytes,
	Raw: lateBody(sendToHandler), Kit: lateBody(sendToHandler, fault.FromClient(late)), Speed: true, Goal: AtLeast(1),
}

const lateBytes = 32 << 20

var late = fault.Latency{Delay: 5 * time.Millisecond}

// lateBody sends lateBytes over a new connection.
func lateBody(send func(Clock, fault.Plan) error, rules ...fault.Rule) Body {
	return func(clock Clock, n int) (int, error) {
		for i := range n {
			Settle()
			if err := send(clock, fault.Plan{Rules: rules}); err != nil {
				return i, err
			}
		}
		return n, nil
	}
}

func sendToClient(clock Clock, plan fault.Plan) error {
	return withServer(plan, func(c io.ReadWriter) error { return sendUpTo(c, lateBytes) }, func(c io.ReadWriter) error { return receiveLate(clock, c) })
}

func sendToHandler(clock Clock, plan fault.Plan) error {
	return withServer(plan, func(c io.ReadWriter) error { return receiveLate(clock, c) }, func(c io.ReadWriter) error { return sendUpTo(c, lateBytes) })
}

// withServer runs both ends of one connection.
func withServer(plan fault.Plan, handler, client func(io.ReadWriter) error) error {
	done := make(chan error, 1)
	srv, err := fakeserver.Listen(fakeserver.Config{Faults: plan, Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		err := handler(c)
		done <- err
		return err
	})})
	if err != nil {
		return err
	}
	c, err := Dial(srv.Addr())
	if err != nil {
		return errors.Join(err, srv.Close())
	}
	err = errors.Join(client(c), <-done)
	return errors.Join(err, c.Close(), srv.Close())
}

// receiveLate receives lateBytes. The clock runs from the first of them to the
// last: the delay itself is not what counts.
func receiveLate(clock Clock, r io.Reader) error {
	p := make([]byte, sinkWrite)
	for got := 0; got < lateBytes; {
		n, err := r.Read(p)
		if got == 0 {
			clock.StartTimer()
			defer clock.StopTimer()
		}
		if got += n; err != nil && got < lateBytes {
			return fmt.Errorf("after %d bytes of %d: %w", got, lateBytes, err)
		}
	}
	return nil
}
