package fault

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// stream implements decide.Stream.
type stream struct {
	tally  *tally
	conn   int
	dir    transcript.Direction
	works  []*work // in plan order
	awake  awake   // of them
	tells  []*watch
	offset int64 // of the next byte to be fed
	writes int64 // that have ended
	within int64 // the offset at which the present write ends, if that is ahead: nothing is fed past it
	ended  bool
	steps  []decide.Step // what the last call returned; used again
	crew   *crew         // the rules at work here; replaced, never changed

	stopped atomic.Pointer[[]*outcome] // the rules that have stopped the stream; replaced, never changed
}

// stream returns the decisions for direction d of connection conn, or nil if no rule of the
// plan is for it.
func (g *program) stream(conn int, d transcript.Direction) *stream {
	g.tally.sawConn(conn)
	rules, told := g.rulesFor(conn, d), g.rulesToldBy(conn, d)
	if len(rules) == 0 && len(told) == 0 {
		return nil
	}
	s := &stream{tally: g.tally, conn: conn, dir: d}
	for _, a := range rules {
		s.works = append(s.works, s.newWork(a))
	}
	for _, a := range told {
		s.tells = append(s.tells, newWatch(g.tally, conn, a))
	}
	s.crew = s.crewNow()
	s.rouse()
	return s
}

func (s *stream) Tick(now time.Duration) []decide.Step {
	s.steps = s.steps[:0]
	if !s.ended { // Finish may have come first
		s.hear()
		s.settle(now)
	}
	return s.steps
}

func (s *stream) WriteEnds(at int64) { s.within = at }

func (s *stream) Feed(p []byte, now time.Duration) []decide.Step { return s.feed(p, now, math.MaxInt) }

func (s *stream) FeedSome(p []byte, now time.Duration) []decide.Step {
	return s.feed(p, now, someSteps)
}

const someSteps = 4096

func (s *stream) feed(p []byte, now time.Duration, enough int) []decide.Step {
	s.steps = s.steps[:0]
	if !s.ended {
		s.settle(now)
	}
	for len(p) > 0 && !s.ended && len(s.steps) < enough {
		s.cutHere()
		n := s.stretch(p)
		s.pass(p[:n])
		s.search(p[:n])
		p = p[n:]
		if s.offset == s.within {
			s.writes++
		}
		s.Followed(int64(n))
		s.settle(now)
	}
	return s.steps
}

func (s *stream) Taken() int64 { return s.offset }

func (s *stream) Finish(now time.Duration) []decide.Step {
	s.steps = s.steps[:0]
	if s.ended {
		return nil
	}
	s.hear()
	s.settle(now)
	if s.ended {
		return s.steps
	}
	s.flush()
	s.markDelays()
	end := decide.Step{Op: decide.OpFinish, Offset: s.offset, Delay: s.delayHere()}
	for _, w := range s.awake.works {
		if f, ok := w.rule.Fault.(finishFault); ok && w.phase == acting {
			end.Delay = add(end.Delay, f.finishDelay())
			s.mark(w, s.offset, f.finishDelay(), "end delayed by "+f.finishDelay().String())
		}
	}
	s.steps = append(s.steps, end)
	s.ended = true
	return s.steps
}

// stretch returns how many of p's bytes come before the next offset at which a
// rule begins, ends or does something.
func (s *stream) stretch(p []byte) int {
	n := min(int64(len(p)), s.ahead(s.awake.until))
	for _, w := range s.awake.works {
		n = min(n, w.nextOffset(s.offset)-s.offset)
	}
	return s.upToMatch(p[:n])
}

// settle lets rules begin and end at the present offset. What waits comes before
// what ends, and of several endings the plan's first is the one.
func (s *stream) settle(now time.Duration) {
	if s.offset >= s.awake.until {
		s.rouse()
	}
	var ending *work
	changed := false
	for _, w := range s.awake.works {
		if w.phase == acting && (w.isOver(s.offset, now) || w.mayBegin(s, now)) {
			s.endWindow(w)
			changed = true
		}
		for w.phase == waiting && w.mayBegin(s, now) {
			switch w.begin(s, now); {
			case w.phase == over:
			case w.isPoint():
				ending = s.act(w, ending)
			default:
				changed = true
			}
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

// endWindow ends what w does on a stretch.
func (s *stream) endWindow(w *work) {
	w.rest()
	w.endCut(s.offset)
	s.flushOne(w)
}

// act lets w act once, at the present offset, unless it ends the stream and ending does that
// already. It returns what ends it.
func (s *stream) act(w, ending *work) *work {
	w.hit()
	w.rest()
	switch step := w.step(s.offset); {
	case !step.Op.Ends():
		s.steps = append(s.steps, step)
		s.noteStop(w)
	case ending == nil:
		return w
	default:
		s.tally.armed(w.out) // another one was there before it
	}
	return ending
}

func (s *stream) crewNow() *crew {
	c := &crew{}
	for _, w := range s.works {
		c.all = append(c.all, w.out)
		if w.phase == acting {
			c.acting = append(c.acting, w.out)
		}
		if c.dropper == nil && w.drops() {
			c.dropper = w.out
		}
	}
	return c
}

// cutHere sets the boundaries that lie between the byte before and the next.
func (s *stream) cutHere() {
	for _, w := range s.awake.works {
		if w.cut == nil || w.nextCut != s.offset {
			continue
		}
		s.steps = append(s.steps, decide.Step{Op: decide.OpCut, Offset: s.offset, Delay: w.pause, Rule: w.key, Text: w.say("boundary"), Account: w.out})
		w.hit()
		w.advanceCut()
	}
}

// pass hands on p, as the rules that act here let it through.
func (s *stream) pass(p []byte) {
	s.markDelays()
	for _, w := range s.awake.works {
		if w.phase == acting && w.bucket != nil && !w.marked {
			s.mark(w, s.offset, 0, "limits the speed")
		}
		if w.drops() && !w.marked {
			s.mark(w, s.offset, 0, "drops what follows")
		}
	}
	if w := s.dropper(); w != nil {
		s.skip(p)
		s.steps = append(s.steps, decide.Step{Op: decide.OpDrop, Offset: s.offset, Taken: int64(len(p)), Rule: w.key, Account: s.crew})
		return
	}
	from := s.offset - s.keptBack()
	s.handOn(s.transform(p), from, int64(len(p)))
}

// dropper returns the first rule that lets nothing pass here, or nil.
func (s *stream) dropper() *work {
	for _, w := range s.awake.works {
		if w.drops() {
			return w
		}
	}
	return nil
}

// handOn passes data, which taken of the sender's bytes became, after those from from on
// that transforms kept back.
func (s *stream) handOn(data []byte, from, taken int64) {
	step := decide.Step{Op: decide.OpPass, Offset: s.offset, Taken: taken, From: from, Data: data, Delay: s.delayHere(), Account: s.crew}
	for _, w := range s.awake.works {
		if w.phase == acting && w.bucket != nil {
			step.Buckets = append(step.Buckets, w.bucket)
		}
	}
	s.steps = appendStep(s.steps, step)
}

// mark records that w takes effect at an offset.
func (s *stream) mark(w *work, at int64, delay time.Duration, text string) {
	w.marked = true
	s.steps = append(s.steps, decide.Step{Op: decide.OpMark, Offset: at, Delay: delay, Rule: w.key, Text: w.say(text), Account: w.out})
}
