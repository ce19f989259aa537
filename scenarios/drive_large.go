package scenarios

import (
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// withLarge is onWire for a client whose do is Large.
func withLarge(ctx context.Context, subject func() TCPClient, t trial, f func(d *dialogue) error) error {
	made := subject()
	if made.Large == nil {
		return fmt.Errorf("%w: Large is nil, and this promise is about large requests", ErrLacks)
	}
	return onWire(ctx, func() TCPClient { return made }, t, func(d *dialogue) error {
		d.client.do, d.client.call = made.Large, "Large"
		return f(d)
	})
}

// A largeExchange is what a client's Large does on a healthy wire.
type largeExchange struct {
	answer string
	size   int64 // bytes that the client sends, to one server
	middle int64 // offset in what it sends on a connection after which more is to come than the kernels hold
}

// intoRequest is how much of a large request the server takes before it stops reading.
// A greeting before it may be longer at times, such as one with a date; by then it is
// over.
const intoRequest = 64 << 10

// healthyLarge lets the subject do its Large on a healthy wire.
func healthyLarge(ctx context.Context, subject func() TCPClient) (large largeExchange, err error) {
	err = withLarge(ctx, subject, rehearsal, func(d *dialogue) error {
		o := d.do()
		if o.err != nil {
			return o.but("want an answer")
		}
		d.srv.Stop() // takes what it has sent into the record
		t := d.srv.records()
		large = largeExchange{o.answer, t.mostSent(), largeFrom(t) + intoRequest}
		if large.size < LargeRequest {
			return fmt.Errorf("%w: Large sent %d bytes on a healthy wire, want at least %d", ErrSubject, large.size, LargeRequest)
		}
		return nil
	})
	return large, err
}

// largeFrom returns the offset in what a client sends at which its large request begins:
// where it sends the most without hearing anything, on the connection on which it sends
// the most. LargeRequest bytes are still to come from there, also if the server answers a
// part of the request at a time.
func largeFrom(t history) int64 {
	var busiest transcript.Transcript
	for n := 1; n <= t.Conns(); n++ {
		if c := t.Conn(n); clientsSent(c) > clientsSent(busiest) {
			busiest = c
		}
	}
	var from, began, now, longest int64
	for e := range busiest.All() {
		if e.Direction == transcript.ToClient && e.Size() > 0 {
			began = now
		}
		if fromClient(e) {
			now += e.Size()
		}
		if now-began > longest {
			from, longest = began, now-began
		}
	}
	return max(0, min(from, now-LargeRequest))
}
