package scenarios

import (
	"context"
	"fmt"
)

// SurvivesCorruptReply is the promise of a TCP client that survives a reply of which one bit
// is wrong: each byte in turn, and the first and last ones and some between if there are more
// than 96. It returns an error, or whatever it makes of such a reply, within Within, and does
// not panic; and then it works again: within Within an exchange gives what it gives on a
// healthy wire, in the same session, or if there are none by another Do.
//
// A wrong answer that looks right is not its fault: TCP's checksum misses some errors, and
// only a protocol with one of its own can tell.
var SurvivesCorruptReply = Promise[TCPClient]{
	variable: "SurvivesCorruptReply",
	Name:     "survives a corrupt reply",
	Why: "A bad memory module in a router flipped a bit in a length, and each program that read it panicked, or waited for two gigabytes " +
		"that never came. TCP's checksum is 16 bits, and what computes it is often the machine that is broken.",
	Labels: []string{"tcp", "fault:corrupt"},
	check:  checkSurvivesCorruptReply,
}

func checkSurvivesCorruptReply(ctx context.Context, subject func() TCPClient) error {
	c, err := subject().client()
	if err != nil {
		return err
	}
	learn, run, want := learnMessages[TCPClient], onWire[TCPClient], c.want
	if c.open != nil {
		all, err := answers(ctx, subject, 2)
		if err != nil {
			return err
		}
		learn, run, want = learnFirstMessages[TCPClient], inDialogue[TCPClient], all[1]
	}
	all, err := learn(ctx, subject)
	if err != nil {
		return err
	}
	answer := answerOf(all)
	offsets := spread(int(answer.Size()), maxGarbled)
	return tryEach(together, subject, len(offsets), func(i int, subject func() TCPClient) error {
		at := int64(offsets[i])
		t := trial{what: fmt.Sprintf("with a bit of byte %d of its reply of %d bytes flipped", at, answer.Size())}
		r := newRelay(place{answer.Number, at}, flipHere).onFirst()
		return relayed(ctx, subject, r, t, func(d *dialogue) error { return overcome(d, want, d.exchanges()) }, run)
	})
}
