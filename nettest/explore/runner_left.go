package explore

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
	"github.com/fakewire/fakewire/nettest/subject"
)

// left returns what is left of the body when it has had time to end it. Goroutines are looked for, if they are, when there is nothing else.
func (r *runner) left(ctx context.Context, srv fakeserver.Wire, memory *nettest.Network, p fault.Plan, b subject.Brand, looks bool) []string {
	const none subject.Brand = ""
	patience := r.patience()
	if memory == nil {
		patience -= r.awaitEnds(ctx, srv, p)
	}
	switch stay := subject.NothingLeft(ctx, patience, func() []string { return leftOf(none, srv, memory, p) }); {
	case len(stay) > 0:
		return leftOf(b, srv, memory, p)
	case looks:
		return subject.NothingLeft(ctx, r.patience(), func() []string { return leftOf(b, srv, memory, p) })
	}
	return nil
}

// awaitEnds waits for the record to have the client's ends of all connections, if it will have them, and returns how long that took. Where
// what is left is asked again and again, the pauses between would take longer.
func (r *runner) awaitEnds(ctx context.Context, srv fakeserver.Wire, p fault.Plan) time.Duration {
	if _, stalls := stallOfReading(p); stalls || r.medium == fault.Datagrams {
		return 0
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, r.patience())
	defer cancel()
	srv.Wait(ctx, allEnded) // if it ends otherwise, they are left
	return time.Since(began)
}

// leftOf returns what is left of the body. A server that reads no more does not see how the client ends.
func leftOf(b subject.Brand, srv fakeserver.Wire, memory *nettest.Network, p fault.Plan) []string {
	left := subject.Left(b, srv, memory)
	if _, stalls := stallOfReading(p); !stalls {
		return left
	}
	return slices.DeleteFunc(left, func(text string) bool { return strings.HasSuffix(text, "which the client did not end") })
}

// stallOfReading returns the stall of a plan in which the server does not read.
func stallOfReading(p fault.Plan) (f fault.Stall, ok bool) {
	for _, r := range p.Rules {
		if stall, stalls := r.Fault.(fault.Stall); stalls && r.Direction != transcript.ToClient {
			if f, ok = stall, true; f.For == 0 {
				return f, true
			}
		}
	}
	return f, ok
}

// settle waits until the collector has read what a logger has sent, for as long as that takes when the
// wire is slow: until the logger's connections have ended, or, as not all have a Close, all lines are there. One that has stopped reading
// for good never will.
func (r *runner) settle(ctx context.Context, srv fakeserver.Wire, p fault.Plan) {
	stall, stalls := stallOfReading(p)
	if !r.cfg.logger || r.medium == fault.Datagrams || stalls && stall.For == 0 {
		return
	}
	subject.NothingLeft(ctx, r.patience(), func() []string {
		if t := srv.Transcript(); allEnded(t) || r.allThere(t) {
			return nil
		}
		return []string{"what the collector has not read"}
	})
}

// allEnded reports whether the client has ended all its connections.
func allEnded(t transcript.Transcript) bool {
	for n := 1; n <= t.Conns(); n++ {
		if t.Conn(n).Ending(transcript.FromClient) == transcript.StillOpen {
			return false
		}
	}
	return true
}

// patience is how long what a body has started may take to end.
func (r *runner) patience() time.Duration { return r.bound + slack }
