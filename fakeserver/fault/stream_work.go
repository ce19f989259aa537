package fault

import (
	"math"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// phase is where a rule is on one direction of one connection.
type phase uint8

const (
	waiting phase = iota // for its trigger
	acting
	over
)

// work is a rule at work on one direction of one connection.
type work struct {
	active
	phase  phase
	search *search // for its match in this direction; nil: there is none
	signal *signal // that its match has come in the other; nil: it comes from nowhere else
	heard  int64   // how many of those are in due
	due    []cue   // the matches by which it is to begin, in their order
	lost   bool    // it will not act: its probability is drawn already
	began  time.Duration
	from   int64 // the offset where it began
	cause  cause // that it began
	hits   int
	round  int // how often it has begun

	// What it does while acting, by the kind of its fault.
	delays  delayFault
	cut     cutFault
	i       int64         // the next piece
	nextCut int64         // the next boundary
	pause   time.Duration // at that
	bucket  *decide.Bucket
	trans   transformer
	input   int64 // the offset of the next byte that trans gets
	cell    int64 // the cell of the present offset
	marked  bool  // that it acts is recorded
}

func (s *stream) newWork(a active) *work {
	w := &work{active: a}
	switch {
	case len(a.rule.After.Match) == 0:
	case a.rule.looksIn(s.dir):
		w.search = newSearch(a)
	default:
		w.signal = s.tally.signal(a.out, s.conn)
	}
	if p := a.rule.Probability; p != nil {
		w.lost = !a.draws.hit(probabilityUnit, *p)
	}
	return w
}

// isPoint reports whether the rule acts at an offset, not on a stretch.
func (w *work) isPoint() bool { return isPoint(w.rule.Fault) }

// drops reports whether the rule lets nothing pass here.
func (w *work) drops() bool {
	_, ok := w.rule.Fault.(dropFault)
	return ok && w.phase == acting
}

// step returns what a rule that acts once does at its offset.
func (w *work) step(at int64) decide.Step {
	s := w.rule.Fault.(pointFault).point()
	s.Offset, s.Rule, s.Account = at, w.key, w.out
	s.Text = w.cause.with(s.Text, "up to byte")
	return s
}

// say returns what the record says that the rule does, and why it has begun, if it has not said so.
func (w *work) say(text string) string {
	text = w.cause.with(text, "up to byte")
	w.cause = cause{}
	return text
}

// mayBegin reports whether the trigger has come true, for a rule that acts already: once more.
func (w *work) mayBegin(s *stream, now time.Duration) bool {
	if w.phase == acting && !w.waitsForMatch() || w.left() == 0 { // the last boundary may come after its window
		return false
	}
	return w.isReady(s) && now >= w.rule.After.Time
}

// isReady reports whether the trigger has come true but for its time.
func (w *work) isReady(s *stream) bool {
	t := &w.rule.After
	return s.offset >= t.Bytes && s.writes >= t.Writes && (!w.waitsForMatch() || w.isDue(s.offset))
}

// begin lets the rule act from here on, unless it loses its draw.
func (w *work) begin(s *stream, now time.Duration) {
	t := &w.rule.After
	w.phase, w.began, w.from = acting, now, s.offset
	if t.isOffset() && t.Writes == 0 {
		w.from = t.Bytes // before here, for a rule that came with SetFaults
	}
	w.cause = causeOf(w.rule, w.takeDue(s.offset))
	if w.lost {
		w.phase = over
		s.tally.armed(w.out)
		return
	}
	w.round, w.marked = w.round+1, false
	switch f := w.rule.Fault.(type) {
	case delayFault:
		w.delays = f
	case cutFault:
		w.cut, w.i, w.nextCut = f, 0, s.offset
		if s.offset == 0 {
			w.advanceCut() // nothing is in front of the first piece
		}
	case paceFault:
		w.bucket = f.bucket()
	case transformFault:
		w.trans, w.input = f.transform(w.draws, s.offset), s.offset-s.keptBefore(w)
	}
	if w.drops() {
		s.flush() // what came before the hole is not in it
	}
}

// rest ends what the rule does here. It may act again at its next match.
func (w *work) rest() {
	w.phase = over
	if w.rule.repeats() && w.left() > 0 {
		w.phase = waiting
	}
}

// probabilityUnit is the unit of the draw for Rule.Probability: none that bytes have.
const probabilityUnit = -1

// isOver reports whether the rule's window ends here.
func (w *work) isOver(offset int64, now time.Duration) bool {
	u := w.rule.Until
	return u.Bytes > 0 && offset-w.from >= u.Bytes || u.Time > 0 && now-w.began >= u.Time || w.left() == 0 && !w.isAmid()
}

// isAmid reports whether the rule has begun to act for the last time, and goes on with that.
func (w *work) isAmid() bool {
	t, ok := w.trans.(interface{ isAmid() bool })
	return ok && t.isAmid()
}

// left returns how often the rule may still act.
func (w *work) left() int {
	if w.rule.Limit == 0 {
		return math.MaxInt
	}
	return max(0, w.rule.Limit-w.hits)
}

func (w *work) hit() { w.hits++ }

// nextOffset returns the next offset after the given one at which the rule begins,
// ends or does something.
func (w *work) nextOffset(offset int64) int64 {
	next := int64(math.MaxInt64)
	if w.phase == waiting && offset < w.rule.After.Bytes {
		next = w.rule.After.Bytes
	}
	if w.phase != over && len(w.due) > 0 && w.due[0].at > offset {
		next = min(next, w.due[0].at)
	}
	if w.phase != acting {
		return next
	}
	if n := w.rule.Until.Bytes; n > 0 && n < next-w.from {
		next = w.from + n
	}
	if w.cut != nil && w.nextCut > offset {
		next = min(next, w.nextCut)
	}
	if w.bucket != nil || w.delays != nil && !w.delays.steady() {
		next = min(next, (offset/cellBytes+1)*cellBytes)
	}
	return next
}

// advanceCut moves to the boundary after the next piece.
func (w *work) advanceCut() {
	if w.phase != acting {
		w.nextCut = math.MaxInt64
		return
	}
	size, pause := w.cut.piece(w.draws.inRound(w.round), w.i)
	w.i, w.pause = w.i+1, pause
	if size == 0 || w.left() == 0 {
		w.nextCut = math.MaxInt64
		return
	}
	w.nextCut += size
}

// endCut lets the last piece end where the rule's window does.
func (w *work) endCut(offset int64) {
	if w.cut == nil {
		return
	}
	if w.nextCut == math.MaxInt64 || offset == w.from { // the last piece had no end, or there was none
		w.nextCut = math.MaxInt64
		return
	}
	w.nextCut = offset
}

func (w *work) delayIn() time.Duration { return w.delays.delay(w.draws, w.cell) }

// describeDelay says in words what a delay does.
func describeDelay(f Fault, first time.Duration) string {
	if d, ok := f.(interface{ describe() string }); ok {
		return d.describe()
	}
	return first.String()
}
