package fakeserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// maxUnwritten is how many bytes of a recording may wait for its writer, before those that record wait for it, too.
const maxUnwritten = 4 << 20

// A crowder is what a recording grows in that may have too much, for now, of what it has taken, such as a buffer. Its Write is not
// to wait for that: what is recorded leaves at once, and what records waits.
type crowder interface {
	// Room returns a channel that is closed when there may be room for more; nil: there is.
	Room() <-chan struct{}
}

// A growing writes a recording as it grows: see Config.RecordTo. What is recorded is put into words at once, and written by
// a goroutine that lives while there is something to write.
type growing struct {
	to   io.Writer
	what string          // of the writer, in errors
	over <-chan struct{} // closed when nothing may wait for room any more

	mu      sync.Mutex // guards what follows
	lines   *transcript.Writer
	seq     int64   // of the last event
	pending pending // lines that have not been taken yet
	writing bool    // the goroutine is there
	closed  bool    // the closing line was written
	err     error   // the first
	written change  // when something was
}

// pending is memory that a transcript.Writer writes to.
type pending []byte

func (p *pending) Write(b []byte) (int, error) {
	*p = append(*p, b...)
	return len(b), nil
}

// newGrowing begins a recording. over is closed when the server ends.
func newGrowing(to io.Writer, what string, h transcript.Header, o transcript.Origin, over <-chan struct{}) *growing {
	g := &growing{to: to, what: what, over: over}
	g.lines, g.err = transcript.NewWriter(&g.pending, h, o)
	g.put(func() error { return nil })
	return g
}

var _ record.Tap = (*growing)(nil)

// Event writes an event.
func (g *growing) Event(e *transcript.Event) {
	g.put(func() error {
		g.seq++
		numbered := *e
		numbered.Seq = g.seq
		return g.lines.Write(numbered)
	})
}

// change writes that a plan takes over.
func (g *growing) change(plan json.RawMessage) {
	g.put(func() error { return g.lines.Change(plan) })
}

// put adds what f writes, and sees to it that it leaves.
func (g *growing) put(f func() error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil || g.closed {
		return
	}
	if g.err = f(); g.err == nil && !g.closed { // Close has flushed
		g.err = g.lines.Flush()
	}
	if !g.writing {
		g.writing = true
		go g.write()
	}
}

// write writes until nothing is left.
func (g *growing) write() {
	var spare []byte
	for {
		lines, more := g.take(spare)
		if !more {
			return
		}
		if _, err := g.to.Write(lines); err != nil {
			g.fail(err)
		}
		spare = lines[:0]
	}
}

// take takes the lines that are there, and leaves memory for more.
func (g *growing) take(spare []byte) (lines []byte, more bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.written.raise()
	if len(g.pending) == 0 {
		g.writing = false
		return nil, false
	}
	lines, g.pending = g.pending, spare
	return lines, true
}

// fail keeps the first error: nothing is written after it.
func (g *growing) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = err
	}
	g.pending = nil
}

// Room waits until not too much waits to be written, or in what it is written to.
func (g *growing) Room() {
	for {
		written := g.full()
		if written == nil {
			return
		}
		select {
		case <-written:
		case <-g.over:
			return
		}
	}
}

// full returns a channel that is closed when there may be room; nil if there is.
func (g *growing) full() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.pending) >= maxUnwritten {
		return g.written.next()
	}
	if to, ok := g.to.(crowder); ok && g.err == nil {
		return to.Room()
	}
	return nil
}

// close writes the closing line, and waits until all has been written, but for no Write longer than d. It returns what went
// wrong with the recording.
func (g *growing) close(report json.RawMessage, d time.Duration) error {
	g.put(func() error {
		g.closed = true
		return g.lines.Close(report)
	})
	for {
		written, err := g.rest()
		switch {
		case written == nil && err != nil:
			return fmt.Errorf("%s: %w", g.what, err)
		case written == nil:
			return nil
		case !await(written, d):
			return fmt.Errorf("%s: its Write did not return within %v: the recording has no end", g.what, d)
		}
	}
}

// rest returns a channel that is closed when something has been written; nil if nothing more is to be.
func (g *growing) rest() (<-chan struct{}, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.writing {
		return nil, g.err
	}
	return g.written.next(), g.err
}

// endGrowing ends the recordings that grow. It returns what went wrong with them.
func (s *core) endGrowing() error {
	var errs []error
	if s.grows != nil {
		errs = append(errs, s.grows.close(asJSON(s.Report()), closeGrace))
	}
	if g := s.growingUpstream(); g != nil {
		errs = append(errs, g.close(nil, closeGrace))
	}
	for i, err := range errs {
		if err != nil {
			errs[i] = fmt.Errorf("fakeserver: %s: %w", s.name, err)
		}
	}
	return errors.Join(errs...)
}
