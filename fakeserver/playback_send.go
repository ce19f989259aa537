package fakeserver

import (
	"strings"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A performer does a playback's acts on a connection when they are due, in their order, in a goroutine of its own: while it
// waits for the client to read, the playback goes on reading what the client sends.
type performer struct {
	c    *Conn
	pace float64
	edge boundary
	last time.Time // when it did something last
	sent bool      // something, after which a boundary is due

	mu     sync.Mutex // guards what follows
	cues   []cue
	isOver bool // no more cues come
	more   chan struct{}

	quit chan struct{} // closed when it is to end at once
	done chan struct{} // closed when it has ended
	err  error         // why it ended before all was done; to be read after done
}

// A cue is an act that may be done.
type cue struct {
	act
	after time.Time // when what it waited for of the client came
}

func newPerformer(c *Conn, pace float64) *performer {
	p := &performer{
		c: c, pace: pace, edge: boundary{c: c}, last: c.began,
		more: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}
	go p.loop()
	return p
}

// put adds a cue; over says that it was the last.
func (p *performer) put(over bool, cues ...cue) {
	p.mu.Lock()
	p.cues = append(p.cues, cues...)
	p.isOver = p.isOver || over
	p.mu.Unlock()
	select {
	case p.more <- struct{}{}:
	default:
	}
}

// isIdle reports whether all cues were done.
func (p *performer) isIdle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.cues) == 0
}

// first returns the next cue, which stays until it is done.
func (p *performer) first() (next cue, ok bool) {
	for {
		p.mu.Lock()
		if len(p.cues) > 0 {
			next, ok = p.cues[0], true
		}
		over := p.isOver
		p.mu.Unlock()
		if ok || over {
			return next, ok
		}
		select {
		case <-p.more:
		case <-p.quit:
			return next, false
		}
	}
}

func (p *performer) loop() {
	defer close(p.done)
	for {
		next, ok := p.first()
		if !ok || !p.await(next) {
			return
		}
		if p.err = p.do(next.act); p.err != nil {
			return
		}
		p.mu.Lock()
		p.cues = p.cues[1:]
		p.mu.Unlock()
	}
}

// await waits until a cue is due. It reports false if it is to be done no more.
func (p *performer) await(next cue) bool {
	due := p.last
	if next.after.After(due) {
		due = next.after
	}
	due = due.Add(time.Duration(float64(next.pause) * p.pace))
	if next.pause > 0 && p.pace > 0 && time.Now().Before(due) {
		at := p.c.core.alarmAt(due)
		defer at.Stop()
		select {
		case <-at.C:
		case <-p.quit:
			return false
		case <-p.c.core.ctx.Done():
			return false
		}
	}
	return !isClosedChan(p.quit)
}

// do does an act.
func (p *performer) do(a act) error {
	c := p.c
	switch a.kind {
	case actSend:
		if p.sent {
			c.out.now().after(p.boundary)
		}
		p.sent, p.last = true, time.Now()
		_, err := c.Write(a.data)
		return err
	case actFault:
		e := a.fault
		e.Conn, e.Text = c.n, strings.TrimSuffix("played: "+e.Text, ": ")
		c.out.now().after(func() { c.core.rec.Add(e) })
	case actFIN:
		p.last = time.Now()
		return c.CloseWrite()
	case actExit:
		c.out.now().awaitSent()
		c.awaitDelivery()
		return c.endWithProcess(transcript.ByClose)
	case actRST:
		return p.reset()
	}
	p.last = time.Now()
	return nil
}

// reset ends the connection with an RST, where there is such a thing.
func (p *performer) reset() error {
	if p.c.core.noRST {
		p.c.note(transcript.Note, "playback: the recorded connection was reset; a unix socket has no RST: closed")
		return p.c.endWithProcess(transcript.ByClose)
	}
	return p.c.Reset()
}

// boundary waits until the client has read all, so that no Read of it gets what comes before and what comes after.
func (p *performer) boundary() {
	text := p.edge.confirm()
	if text == confirmed {
		return
	}
	p.c.out.lane.Add(transcript.Event{Kind: transcript.Note, Text: "playback: " + text})
	p.c.linger(nil, unconfirmedPause)
}

// stop ends it, and waits for that.
func (p *performer) stop() {
	if !isClosedChan(p.done) {
		close(p.quit)
	}
	<-p.done
	p.c.out.now().after(p.edge.close)
}
