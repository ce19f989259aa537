package fakeserver

import (
	"context"
	"fmt"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// choose finds the recorded connection that is for this one. There is none if its part is nil then, without an error.
func (pl *player) choose(ctx context.Context, parts []*part) error {
	if pl.p.Match == ByFirstBytes {
		return pl.chooseByBytes(ctx, parts)
	}
	n := pl.c.n - 1
	if n >= len(parts) {
		if pl.p.Extra != ExtraRepeats {
			return pl.extraConn(len(parts))
		}
		n %= len(parts)
	}
	pl.p.claim(parts[n], true)
	pl.begin(parts[n], newChecker(parts[n].x))
	return nil
}

// begin makes part what is played.
func (pl *player) begin(d *part, chk *checker) {
	pl.part, pl.chk = d, chk
	pl.c.Step("playback of " + pl.p.where(d.dialogue))
}

// extraConn ends a connection that comes after all that were recorded.
func (pl *player) extraConn(recorded int) error {
	if pl.p.Extra == ExtraRefused {
		return pl.stage.reset()
	}
	return &MismatchError{
		Step: fmt.Sprintf("connection %d", pl.c.n),
		Want: fmt.Sprintf("no more than the %s of %s", human.Count(recorded, "connection"), pl.p.name()),
		Got:  []byte("another"),
	}
}

// isExtra reports whether what came is more than was recorded.
func (pl *player) isExtra() bool {
	c := pl.chk
	return c.want == int64(len(c.x.data)) && !c.inRun && pl.next >= pl.part.toHear()
}

// diverge is for what comes and was not recorded.
func (pl *player) diverge() error {
	c, isExtra := pl.chk, pl.isExtra()
	switch {
	case isExtra && !pl.part.isFull: // the recorded handler left that unread, too
		c.pending, c.diverged = nil, false
		return nil
	case !isExtra || pl.p.Extra == ExtraFails, pl.p.Extra == ExtraRepeats && (pl.part.isOver() || len(c.x.data) == 0):
		return pl.mismatch("")
	case pl.p.Extra == ExtraRefused:
		pl.stage.put(true)
		<-pl.stage.done
		return pl.stage.reset()
	}
	rest := c.pending
	pl.base += c.got
	pl.chk = newChecker(c.x)
	pl.next, _ = slices.BinarySearchFunc(pl.part.acts, 1, func(a act, after int64) int { return int(min(1, max(-1, a.after-after))) })
	pl.chk.feed(rest)
	return pl.advance()
}
