package fakeserver

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A player plays one connection.
type player struct {
	p    *Playback
	c    *Conn
	part *part
	chk  *checker
	next int   // the act to do next
	base int64 // the offset at which the conversation began that it is in

	reader *readerAside
	stage  *performer

	over     error     // what Read has failed with; io.EOF: the client has ended its stream
	isClosed bool      // the server closes, and what that means was said
	isQuiet  bool      // nothing came for settleTime
	since    time.Time // when something came last, or was done
	times    arrivals
}

func newPlayer(p *Playback, c *Conn) *player {
	return &player{
		p: p, c: c, reader: newReaderAside(c), stage: newPerformer(c, p.Pace), since: time.Now(),
		times: arrivals{core: c.core, conn: c.n, base: c.core.rec.Snapshot().Header().Start},
	}
}

// stop ends its goroutines.
func (pl *player) stop() {
	pl.stage.stop()
	pl.reader.stop()
}

// run plays, from what the client has said already.
func (pl *player) run(ctx context.Context) error {
	for {
		if err := pl.advance(); err != nil {
			return err
		}
		if pl.next == len(pl.part.acts) && (pl.part.isOver() || pl.over != nil) {
			return pl.finish()
		}
		if pl.over == nil {
			pl.ask()
		}
		if err := pl.wait(ctx); err != nil || pl.isClosed {
			return err
		}
	}
}

// advance lets be done what the client has come to.
func (pl *player) advance() error {
	if pl.chk.diverged {
		return pl.diverge()
	}
	reached, _ := pl.chk.reach(pl.isQuiet)
	var cues []cue
	for pl.next < len(pl.part.acts) {
		a := pl.part.acts[pl.next]
		if a.after > reached || a.ended && pl.over == nil {
			break
		}
		if a.kind == actSend {
			a.data = apply(pl.part.changes, a.data, a.from, pl.carried())
		}
		cues = append(cues, cue{a, pl.arrived(a)})
		pl.next++
	}
	if len(cues) > 0 {
		pl.stage.put(false, cues...)
		pl.since = time.Now()
	}
	return nil
}

// arrived returns when what an act waits for came.
func (pl *player) arrived(a act) (at time.Time) {
	switch {
	case pl.p.Pace == 0:
	case a.ended:
		at = pl.times.end()
	case a.after > 0:
		at = pl.times.of(pl.base + a.after)
	}
	return at
}

// ask lets the reader read on. Where the server ends the connection, what comes after what it heard is left to that.
func (pl *player) ask() {
	n := pl.chk.room()
	switch {
	case pl.part.isOver():
	case pl.part.isFull:
		n = maxPlaybackRead
	default:
		n = max(n, 1)
	}
	if n > 0 {
		pl.reader.want(n)
	}
}

// wait waits for something to happen.
func (pl *player) wait(ctx context.Context) error {
	timer, settles := pl.timer()
	if timer != nil {
		defer timer.Stop()
	}
	select {
	case x := <-pl.reader.came:
		pl.reader.took()
		return pl.take(ctx, x)
	case <-timerChan(timer):
		if settles {
			pl.isQuiet = true
			return nil
		}
		return pl.mismatch("nothing more came for " + pl.patience().String())
	case <-pl.stage.done:
		return pl.cutOff(ctx, pl.stage.err)
	case <-ctx.Done():
		return pl.closed()
	}
}

func timerChan(t *time.Timer) <-chan time.Time {
	if t == nil {
		return nil
	}
	return t.C
}

// timer returns what to wait for at most, if the client is to say something; nil: it need not. It is for what might go on where
// settles is true.
func (pl *player) timer() (t *time.Timer, settles bool) {
	if pl.over != nil {
		return nil, false
	}
	if _, open := pl.chk.reach(pl.isQuiet); open && pl.next < len(pl.part.acts) {
		return time.NewTimer(settleTime), true
	}
	if pl.p.patience() < 0 || pl.isSatisfied() || !pl.stage.isIdle() {
		return nil, false
	}
	return time.NewTimer(time.Until(pl.since.Add(pl.patience()))), false
}

// isSatisfied reports whether the client has said all, and need not say that this was all.
func (pl *player) isSatisfied() bool {
	return pl.chk.isComplete() && (pl.next == len(pl.part.acts) || pl.next >= pl.part.toHear() && !pl.part.answersEnd())
}

// patience returns how long to wait for what the client is to say next.
func (pl *player) patience() time.Duration {
	return pl.p.patience() + pl.part.waitAt(pl.chk.want).Round(time.Millisecond)
}

// take takes what a Read returned.
func (pl *player) take(ctx context.Context, x readResult) error {
	if len(x.data) > 0 {
		pl.since, pl.isQuiet = time.Now(), false
		pl.chk.feed(x.data)
	}
	if x.err == nil {
		return nil
	}
	pl.over = x.err
	if x.err != io.EOF {
		return pl.cutOff(ctx, x.err)
	}
	pl.since = time.Now()
	if pl.chk.end(); !pl.chk.diverged && !pl.chk.isComplete() {
		return pl.mismatch(clientEnded)
	}
	return nil
}

// Why nothing comes any more.
const (
	clientEnded = "the client ended its stream"
	clientReset = "the client reset the connection"
	serverEnded = "the server was closed"
)

// cutOff returns what a Read or a Write means that failed with err.
func (pl *player) cutOff(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, fault.ErrInjected):
		return err
	case ctx.Err() != nil:
		return pl.closed()
	case errors.Is(err, net.ErrClosed):
		return err
	case pl.chk != nil && (!pl.isSatisfied() || !pl.stage.isIdle()):
		return pl.mismatch(clientReset)
	}
	return err
}

// finish waits until all is done.
func (pl *player) finish() error {
	pl.stage.put(true)
	<-pl.stage.done
	return pl.performed()
}

// performed returns what became of the acts.
func (pl *player) performed() error {
	err := pl.stage.err
	if err == nil && pl.over != nil && pl.over != io.EOF {
		return pl.over
	}
	if err != nil {
		return pl.cutOff(pl.c.core.ctx, err)
	}
	return nil
}

// performRest waits until what may be done is done, or the server closes.
func (pl *player) performRest(ctx context.Context) {
	pl.stage.put(true)
	select {
	case <-pl.stage.done:
	case <-ctx.Done():
	}
}

// arrivals tells when bytes of a client came.
type arrivals struct {
	core *core
	conn int
	base time.Time // of the record's times
	seq  int64     // of the last event that was looked at
	upTo int64     // the offset up to which that went
	last time.Time
}

// end returns when the client ended its stream.
func (a *arrivals) end() time.Time {
	a.of(math.MaxInt64)
	return a.last
}

// of returns when the byte before an offset came. Offsets are asked for in their order.
func (a *arrivals) of(offset int64) time.Time {
	if offset <= a.upTo {
		return a.last
	}
	for e := range a.core.rec.Snapshot().After(a.seq).Conn(a.conn).All() {
		if e.Direction == transcript.FromClient && (e.Kind == transcript.Data || e.Kind == transcript.FIN) {
			a.upTo, a.last = e.Offset+e.Size(), a.base.Add(e.At)
		}
		if a.seq = e.Seq; a.upTo >= offset {
			break
		}
	}
	return a.last
}
