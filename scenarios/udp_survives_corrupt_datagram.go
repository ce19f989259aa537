package scenarios

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// SurvivesCorruptDatagram is the promise of a UDP client that survives a reply of which one
// bit is wrong: each byte of the first datagram in turn, and the first and last ones and some
// between if there are more than 96. It returns an error, or whatever it makes of such a
// reply, within Within, and does not panic; and then it works again: within Within an exchange
// gives what it gives on a healthy wire, in the same session, or if there are none by another
// Do.
//
// A wrong answer that looks right is not its fault: only a protocol with a checksum of its own
// can tell.
var SurvivesCorruptDatagram = Promise[UDPClient]{
	variable: "SurvivesCorruptDatagram",
	Name:     "survives a corrupt datagram",
	Why: "A datagram came whose count of records was wrong by one bit, and the resolver panicked. UDP's checksum is 16 bits, may be left " +
		"out, and says nothing about a server that is broken itself; a parser that trusts a length in a datagram trusts everything.",
	Labels: []string{"udp", "fault:corrupt"},
	check:  checkSurvivesCorruptDatagram,
}

func checkSurvivesCorruptDatagram(ctx context.Context, subject func() UDPClient) error {
	c, err := subject().client()
	if err != nil {
		return err
	}
	healthy, err := exchange(ctx, subject, rehearsal, wantAnswer)
	if err != nil {
		return err
	}
	if !hasReply(healthy) {
		return fmt.Errorf("%w: %w", ErrInconclusive, errNoReply)
	}
	run, want := onWire[UDPClient], c.want
	if c.open != nil {
		all, err := answers(ctx, subject, 2)
		if err != nil {
			return err
		}
		run, want = inDialogue[UDPClient], all[1]
	}
	size := len(longest(healthy).Datagrams(transcript.ToClient)[0])
	offsets := spread(size, maxGarbled)
	return tryEach(together, subject, len(offsets), func(i int, subject func() UDPClient) error {
		g := garbler{at: int64(offsets[i])}
		t := trial{what: fmt.Sprintf("with a bit of byte %d of its reply of %d bytes flipped", g.at, size)}
		err := run(ctx, tapReplies(subject, g.pass), t, func(d *dialogue) error { return overcome(d, want, d.exchanges()) })
		return g.verdict(t.what, err)
	})
}

// A garbler flips a bit of the first reply that has a byte there.
type garbler struct {
	at   int64
	done atomic.Bool
}

func (g *garbler) pass(r replyDatagram) error {
	if int64(len(r.data)) <= g.at || g.done.Swap(true) {
		return r.send()
	}
	return r.sendInstead(flipped(r.data, g.at))
}

// verdict is err, or that nothing was tried.
func (g *garbler) verdict(what string, err error) error {
	if g.done.Load() {
		return err
	}
	return fmt.Errorf("%w: %s: %w", ErrInconclusive, what, errNotTried)
}
