package fakeserver

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A candidate is a recorded connection that may be what a client begins.
type candidate struct {
	*part
	chk *checker
}

// candidates are those that are compared with what a client says first.
type candidates struct {
	all   []*candidate
	ended bool // the client says no more for now
}

// candidates returns what a client may begin with: what was not played, or also what was if that may be repeated.
func (p *Playback) candidates(parts []*part) (all []*candidate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range parts {
		if p.played[d.conn] == 0 || p.Extra == ExtraRepeats {
			all = append(all, &candidate{d, newChecker(d.x)})
		}
	}
	slices.SortStableFunc(all, func(a, b *candidate) int { return cmp.Compare(p.played[a.conn], p.played[b.conn]) })
	return all
}

// claim says that a recorded connection is played, and reports whether it may be.
func (p *Playback) claim(d *part, again bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.played[d.conn] > 0 && !again {
		return false
	}
	if p.played == nil {
		p.played = map[int]int{}
	}
	p.played[d.conn]++
	return true
}

func (x *candidates) feed(b []byte) {
	for _, c := range x.all {
		if !c.chk.diverged {
			c.chk.feed(b)
		}
	}
}

// end says that the client says no more, so that those that want more are out.
func (x *candidates) end() { x.ended = true }

// dropPlayed takes out what other connections have by now: all of it at once, as of many clients that begin alike each
// finds most of the recorded connections taken.
func (p *Playback) dropPlayed(x *candidates) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x.all = slices.DeleteFunc(x.all, func(c *candidate) bool { return p.played[c.conn] > 0 })
}

// best returns the first whose first message has come, and whether there is none left that wants more: then it is the one. It is nil
// if there is none.
func (x *candidates) best(isQuiet bool) (best *candidate, isSure bool) {
	isSure = true
	for _, c := range x.all {
		switch {
		case c.chk.diverged:
		case !c.hasBegun(isQuiet, x.ended):
			isSure = isSure && x.ended
		case best == nil:
			best = c
		}
	}
	return best, isSure
}

// hasBegun reports whether the client has said the first message.
func (c *candidate) hasBegun(isQuiet, ended bool) bool {
	first := c.firstMessage()
	reached, _ := c.chk.reach(isQuiet)
	return reached >= first && (first > 0 || ended)
}

// isOver reports whether none can be it any more.
func (x *candidates) isOver() bool {
	return x.ended || !slices.ContainsFunc(x.all, func(c *candidate) bool { return !c.chk.diverged })
}

// closest returns the one that what came was like for the longest.
func (x *candidates) closest() *candidate {
	return slices.MaxFunc(x.all, func(a, b *candidate) int { return cmp.Compare(a.chk.got, b.chk.got) })
}

// room returns how many bytes may be read.
func (x *candidates) room() int64 {
	n := int64(maxPlaybackRead)
	for _, c := range x.all {
		if !c.chk.diverged && (!c.isFull || c.isOver()) {
			n = min(n, max(1, c.chk.room()))
		}
	}
	return n
}

// chooseByBytes reads until it is clear with which recorded connection the client begins.
func (pl *player) chooseByBytes(ctx context.Context, parts []*part) error {
	x := candidates{all: pl.p.candidates(parts)}
	for {
		if len(x.all) == 0 {
			return pl.extraConn(len(parts))
		}
		best, isSure := x.best(pl.isQuiet)
		if best != nil && (isSure || pl.isQuiet) {
			if pl.p.claim(best.part, pl.p.Extra == ExtraRepeats) {
				pl.begin(best.part, best.chk)
				return nil
			}
			pl.p.dropPlayed(&x) // best is among them
			continue
		}
		switch {
		case pl.over != nil && pl.over != io.EOF && ctx.Err() != nil:
			return pl.closedFirst(&x)
		case errors.Is(pl.over, fault.ErrInjected), errors.Is(pl.over, net.ErrClosed):
			return pl.over
		case x.isOver():
			return pl.noneBegins(&x)
		}
		if pl.over == nil {
			pl.reader.want(x.room())
		}
		if !pl.waitFirst(ctx, &x, best != nil) {
			return pl.closedFirst(&x)
		}
	}
}

// waitFirst waits for something to happen while it isn't clear yet what is played. It reports false if the server closes.
func (pl *player) waitFirst(ctx context.Context, x *candidates, settles bool) bool {
	wait := pl.p.patience()
	if settles {
		wait = settleTime
	}
	var timeout <-chan time.Time
	if wait >= 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		timeout = t.C
	}
	select {
	case a := <-pl.reader.came:
		pl.reader.took()
		pl.isQuiet, pl.since = false, time.Now()
		x.feed(a.data)
		if pl.over = a.err; a.err != nil {
			x.end()
		}
	case <-timeout:
		pl.isQuiet = true
		if !settles {
			x.end()
		}
	case <-ctx.Done():
		return false
	}
	return true
}

// noneBegins ends a connection that begins as none that may be played.
func (pl *player) noneBegins(x *candidates) error {
	if pl.p.Extra == ExtraRefused {
		return pl.stage.reset()
	}
	c := x.closest()
	pl.part, pl.chk = c.part, c.chk
	ended := ""
	if !c.chk.diverged {
		ended = "nothing more came"
	}
	return pl.mismatch(ended)
}
