package fault

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Stream decides what happens to one direction of one connection. It is fed
// the sender's bytes, in pieces of any size, and answers with steps that depend on
// the bytes alone and not on the pieces. It has no clock: where rules go by time,
// it is told how long ago the connection was accepted.
//
// The steps that a method returns are good until the next call.
type Stream struct {
	tally  *tally
	conn   int
	works  []*work // in plan order
	offset int64   // of the next byte to be fed
	ended  bool
	steps  []Step // what the last call returned; used again
	crew   *crew  // the rules at work here; replaced, never changed

	stopped atomic.Pointer[[]*outcome] // the rules that have stopped the stream; replaced, never changed
}

// A crew is the rules for a stream, and those of them that act at a place.
type crew struct{ all, acting []*outcome }

// Stream returns the decisions for direction d of connection conn, or nil if no
// rule of the plan is for it.
func (g *Program) Stream(conn int, d transcript.Direction) *Stream {
	g.tally.sawConn(conn)
	rules := g.rulesFor(conn, d)
	if len(rules) == 0 {
		return nil
	}
	s := &Stream{tally: g.tally, conn: conn}
	for _, a := range rules {
		s.works = append(s.works, newWork(a))
	}
	s.crew = s.crewNow()
	return s
}

// Start returns the steps due before the first byte.
func (s *Stream) Start() []Step {
	s.steps = s.steps[:0]
	if !s.ended { // Finish may have come first
		s.settle(0)
	}
	return s.steps
}

// Tick returns the steps that are due because of the time.
func (s *Stream) Tick(now time.Duration) []Step {
	s.steps = s.steps[:0]
	if !s.ended {
		s.settle(now)
	}
	return s.steps
}

// Feed decides about p, the sender's next bytes. Steps' Data are parts of p where
// nothing changed them. Bytes behind an ending are not taken: see Taken.
func (s *Stream) Feed(p []byte, now time.Duration) []Step { return s.feed(p, now, math.MaxInt) }

// FeedSome is Feed for as much of p as makes some thousands of steps: see Taken. Rules that
// cut a stream into single bytes make two for each.
func (s *Stream) FeedSome(p []byte, now time.Duration) []Step { return s.feed(p, now, someSteps) }

const someSteps = 4096

func (s *Stream) feed(p []byte, now time.Duration, enough int) []Step {
	s.steps = s.steps[:0]
	if !s.ended {
		s.settle(now)
	}
	for len(p) > 0 && !s.ended && len(s.steps) < enough {
		s.cutHere()
		n := s.nextPlace(p)
		s.pass(p[:n])
		for _, w := range s.works {
			w.passed(p[:n], s.offset)
		}
		s.offset += int64(n)
		p = p[n:]
		s.Followed(int64(n))
		s.settle(now)
	}
	return s.steps
}

// Taken returns the offset up to which bytes were taken from the sender.
func (s *Stream) Taken() int64 { return s.offset }

// Finish decides about the sender's end of stream.
func (s *Stream) Finish(now time.Duration) []Step {
	s.steps = s.steps[:0]
	if s.ended {
		return nil
	}
	s.settle(now)
	if s.ended {
		return s.steps
	}
	s.flush()
	s.markDelays()
	end := Step{Op: OpFinish, Offset: s.offset, Delay: s.delayHere()}
	for _, w := range s.works {
		if f, ok := w.rule.Fault.(finishFault); ok && w.phase == acting {
			end.Delay = add(end.Delay, f.finishDelay())
			s.mark(w, s.offset, f.finishDelay(), "end delayed by "+f.finishDelay().String())
		}
	}
	s.steps = append(s.steps, end)
	s.ended = true
	return s.steps
}

// nextPlace returns how many of p's bytes come before the next place at which a
// rule begins, ends or does something.
func (s *Stream) nextPlace(p []byte) int {
	n := int64(len(p))
	for _, w := range s.works {
		n = min(n, w.nextPlace(s.offset)-s.offset)
	}
	for _, w := range s.works {
		if m := w.match; w.phase == waiting && m != nil && s.offset >= w.rule.After.Bytes && !w.matched {
			if k := m.find(p[:n]); k > 0 {
				n = int64(k)
			}
		}
	}
	return int(n)
}

// settle lets rules begin and end at the present place. What waits comes before
// what ends, and of several endings the plan's first is the one.
func (s *Stream) settle(now time.Duration) {
	var ending *work
	changed := false
	for _, w := range s.works {
		if w.phase == acting && w.isOver(s.offset, now) {
			w.phase, changed = over, true
			w.endCut(s.offset)
			s.flushOne(w)
		}
		if w.phase != waiting || !w.mayBegin(s.offset, now) {
			continue
		}
		w.begin(s, now)
		if w.drops() {
			s.flush() // what came before the hole is not in it
		}
		if !w.isPoint() || w.phase == over {
			changed = changed || w.phase == acting
			continue
		}
		w.phase = over
		if step := w.step(s.offset); !step.Op.Ends() {
			s.steps = append(s.steps, step)
			s.noteStop(w.out)
		} else if ending == nil {
			ending = w
		} else {
			s.tally.armed(w.out) // another one was there before it
		}
	}
	if ending != nil {
		s.flush()
		s.steps, s.ended = append(s.steps, ending.step(s.offset)), true
		s.stopped.Store(nil)
	}
	if changed {
		s.crew = s.crewNow()
	}
}

func (s *Stream) crewNow() *crew {
	c := &crew{}
	for _, w := range s.works {
		c.all = append(c.all, w.out)
		if w.phase == acting {
			c.acting = append(c.acting, w.out)
		}
	}
	return c
}

// cutHere sets the boundaries that lie between the byte before and the next.
func (s *Stream) cutHere() {
	for _, w := range s.works {
		if w.cut == nil || w.nextCut != s.offset {
			continue
		}
		s.steps = append(s.steps, Step{Op: OpCut, Offset: s.offset, Delay: w.pause, Rule: w.key, Text: "boundary", out: w.out})
		w.hit()
		w.advanceCut()
	}
}

// pass hands on p, as the rules that act here let it through.
func (s *Stream) pass(p []byte) {
	s.markDelays()
	for _, w := range s.works {
		if w.phase == acting && w.bucket != nil && !w.marked {
			s.mark(w, s.offset, 0, "limits the speed")
		}
		if w.drops() && !w.marked {
			s.mark(w, s.offset, 0, "drops what follows")
		}
	}
	if w := s.dropper(); w != nil {
		s.skip(p)
		s.steps = append(s.steps, Step{Op: OpDrop, Offset: s.offset, Taken: int64(len(p)), Rule: w.key, out: w.out, all: s.crew})
		return
	}
	from := s.offset - s.keptBack()
	s.handOn(s.transform(p), from, int64(len(p)))
}

// dropper returns the first rule that lets nothing pass here, or nil.
func (s *Stream) dropper() *work {
	for _, w := range s.works {
		if w.drops() {
			return w
		}
	}
	return nil
}

// handOn passes data, which taken of the sender's bytes became, after those from from on
// that transforms kept back.
func (s *Stream) handOn(data []byte, from, taken int64) {
	step := Step{Op: OpPass, Offset: s.offset, Taken: taken, From: from, Data: data, Delay: s.delayHere(), all: s.crew}
	for _, w := range s.works {
		if w.phase == acting && w.bucket != nil {
			step.buckets = append(step.buckets, w.bucket)
		}
	}
	if n := len(s.steps); n > 0 && s.steps[n-1].goesOnWith(step) {
		s.steps[n-1].join(step)
		return
	}
	s.steps = step.appendPieces(s.steps)
}

// mark records that w takes effect at a place.
func (s *Stream) mark(w *work, at int64, delay time.Duration, text string) {
	w.marked = true
	s.steps = append(s.steps, Step{Op: OpMark, Offset: at, Delay: delay, Rule: w.key, Text: text, out: w.out})
}
