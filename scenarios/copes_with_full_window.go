package scenarios

import (
	"context"
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// CopesWithFullWindow is the promise of a TCP client that sends a large request to a
// server that reads slowly: it stops reading after the first byte, until the client
// can't send any more, and then reads the rest in pieces of 512 KiB with pauses.
// Large gives what it gives on a healthy wire, and the server gets as many bytes as
// there.
//
// It needs Large, with requests of the same length each time. From when its buffers are
// full, which has to be within a quarter of Within, the client is kept waiting for a
// tenth of Within. Where the kernel does not tell that they are (it does on Linux), it has
// 20 ms to fill them.
var CopesWithFullWindow = Promise[TCPClient]{
	Name: "copes with a full window",
	Why: "Write sends what fits and blocks for the rest, or with a deadline returns how much that was. A client that does not " +
		"look there goes on behind a hole, or begins again from the start: uploads are corrupt, but only to slow servers.",
	Labels: []string{"tcp", "fault:hold", "fault:slice"},
	check: func(ctx context.Context, subject func() TCPClient) error {
		want, size, err := healthyLarge(ctx, subject)
		if err != nil {
			return err
		}
		slow := trial{what: "when the server reads slowly", plan: rules(
			fault.FromClient(fault.Hold{Gate: fullWindow}).AfterBytes(1),
			fault.FromClient(fault.Slice{Size: 512 << 10, Pause: 2 * time.Millisecond}),
		)}
		return withLarge(ctx, subject, slow, func(d *dialogue) error { return d.sendSlowly(want, size) })
	},
}

const fullWindow = "full window"

// sendSlowly lets the client meet a full window.
func (d *dialogue) sendSlowly(want string, size int64) error {
	o, err := d.while(d.do, d.fillWindow)
	if err != nil {
		return err
	}
	if err := o.wantAnswer(want); err != nil {
		return err
	}
	d.srv.Close() // takes what has arrived
	if got := sentBy(d.srv.Transcript()); got != size {
		return fmt.Errorf("the server got %d bytes, want the %d that it got on a healthy wire", got, size)
	}
	return nil
}

// fillWindow waits until the client can't send any more, and lets the server read on.
func (d *dialogue) fillWindow(ctx context.Context) error {
	if d.await(ctx, func(t transcript.Transcript) bool { return sentBy(t) > 0 }) == nil {
		limited, cancel := context.WithTimeout(ctx, d.client.within/4)
		defer cancel()
		d.srv.awaitSockets(limited, blocked())
		if err := d.pause(d.client.within / 10); err != nil {
			return err
		}
	}
	if err := d.srv.stream().Release(fullWindow); err != nil {
		return fmt.Errorf("%w: %w", ErrUnproved, err)
	}
	return nil
}

// blocked returns a condition that holds once what waits in a socket has not changed
// for some looks.
func blocked() func([]socket) bool {
	const looks = 10
	var most uint64
	same := 0
	return func(all []socket) bool {
		var now uint64
		for _, s := range all {
			now = max(now, s.unsent)
		}
		if same++; now == 0 || now != most {
			most, same = now, 0
		}
		return same >= looks
	}
}
