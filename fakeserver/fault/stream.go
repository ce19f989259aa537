package fault

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Stream decides what happens to one direction of one connection. It is fed
// the sender's bytes, in pieces of any size, and answers with steps that depend
// on the bytes alone and not on the pieces.
type Stream struct {
	prog   *Program
	conn   int
	rules  []active
	offset int64   // of the next byte to be fed
	points []point // those still ahead, in the order in which they act
	delays []window
	cuts   []cutter
	ended  bool
	steps  []Step // what the last call returned; used again
}

// point is a place at which a rule acts once.
type point struct {
	active
	at   int64
	step Step
}

// window is a rule that acts on every byte from an offset on.
type window struct {
	active
	from   int64
	delay  time.Duration
	marked bool
}

// cutter is a rule that sets boundaries.
type cutter struct {
	active
	fault cutFault
	i     int64 // the next piece
	next  int64 // the next boundary
	pause time.Duration
}

// Stream returns the decisions for direction d of connection conn, or nil if no
// rule of the plan is for it.
func (g *Program) Stream(conn int, d transcript.Direction) *Stream {
	g.tally.sawConn(conn)
	rules := g.rulesFor(conn, d)
	if len(rules) == 0 {
		return nil
	}
	s := &Stream{prog: g, conn: conn, rules: rules}
	for _, a := range rules {
		at := a.rule.After.Bytes
		if f, ok := a.rule.Fault.(pointFault); ok {
			step := f.point()
			step.Offset, step.Rule, step.index = at, a.key, a.index
			s.points = append(s.points, point{a, at, step})
		}
		if f, ok := a.rule.Fault.(delayFault); ok {
			s.delays = append(s.delays, window{active: a, from: at, delay: f.delay()})
		}
		if f, ok := a.rule.Fault.(cutFault); ok {
			c := cutter{active: a, fault: f, next: at}
			if at == 0 {
				c.advance() // nothing is in front of the first piece
			}
			s.cuts = append(s.cuts, c)
		}
	}
	// At one offset what waits comes before what ends, and then the plan's order.
	slices.SortStableFunc(s.points, func(a, b point) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(ends(a), ends(b)))
	})
	return s
}

func ends(p point) int {
	if p.step.Op.Ends() {
		return 1
	}
	return 0
}

// Start returns the steps due before the first byte. Like those of Feed and
// Finish, they are good until the next call.
func (s *Stream) Start() []Step {
	s.steps = s.steps[:0]
	s.firePoints()
	return s.steps
}

// Room returns how many bytes may be taken from the sender before a rule may
// want to act: a reader must not read further. It is zero once the stream has
// ended.
func (s *Stream) Room() int64 {
	if s.ended {
		return 0
	}
	if len(s.points) > 0 {
		return s.points[0].at - s.offset
	}
	return math.MaxInt64
}

// Feed decides about p, the sender's next bytes. The steps' Data are parts of p.
// Bytes behind an ending are not taken: see Taken.
func (s *Stream) Feed(p []byte) []Step {
	s.steps = s.steps[:0]
	for len(p) > 0 && !s.ended {
		s.cutHere()
		n := min(int64(len(p)), s.nextPlace()-s.offset)
		s.pass(p[:n])
		p = p[n:]
		s.firePoints()
	}
	return s.steps
}

// Taken returns the offset up to which bytes were taken from the sender.
func (s *Stream) Taken() int64 { return s.offset }

// Finish decides about the sender's end of stream.
func (s *Stream) Finish() []Step {
	s.steps = s.steps[:0]
	if !s.ended {
		s.steps = append(s.steps, Step{Op: OpFinish, Offset: s.offset, Delay: s.delayHere()})
	}
	return s.steps
}

// Done tells that step was carried out, so that the report counts it.
func (s *Stream) Done(step Step) {
	switch step.Op {
	case OpPass:
		s.prog.tally.progress(s.conn, s.rules, step.End())
	case OpFinish:
	default:
		s.prog.tally.fired(step.index, s.conn, step.Offset)
	}
}

// nextPlace returns the next offset at which a rule does something.
func (s *Stream) nextPlace() int64 {
	next := int64(math.MaxInt64)
	if len(s.points) > 0 {
		next = s.points[0].at
	}
	for i := range s.cuts {
		next = min(next, s.cuts[i].next)
	}
	for i := range s.delays {
		if s.delays[i].from > s.offset {
			next = min(next, s.delays[i].from)
		}
	}
	return next
}

// cutHere sets the boundaries that lie between the byte before and the next.
func (s *Stream) cutHere() {
	for i := range s.cuts {
		c := &s.cuts[i]
		if c.next != s.offset {
			continue
		}
		s.steps = append(s.steps, Step{Op: OpCut, Offset: s.offset, Delay: c.pause, Rule: c.key, index: c.index})
		c.advance()
	}
}

// advance moves to the boundary behind the next piece.
func (c *cutter) advance() {
	size, pause := c.fault.piece(c.draws, c.i)
	c.i, c.pause = c.i+1, pause
	if size == 0 {
		c.next = math.MaxInt64
		return
	}
	c.next += size
}

// pass hands on p, marking the rules that begin to act on it.
func (s *Stream) pass(p []byte) {
	for i := range s.delays {
		if w := &s.delays[i]; !w.marked && w.from <= s.offset {
			w.marked = true
			s.steps = append(s.steps, Step{Op: OpMark, Offset: s.offset, Delay: w.delay, Rule: w.key, index: w.index})
		}
	}
	s.steps = append(s.steps, Step{Op: OpPass, Offset: s.offset, Data: p, Delay: s.delayHere()})
	s.offset += int64(len(p))
}

func (s *Stream) delayHere() time.Duration {
	var sum time.Duration
	for i := range s.delays {
		if s.delays[i].from <= s.offset {
			sum += s.delays[i].delay
		}
	}
	return sum
}

// firePoints lets the points at the present offset act.
func (s *Stream) firePoints() {
	for len(s.points) > 0 && s.points[0].at == s.offset && !s.ended {
		s.steps = append(s.steps, s.points[0].step)
		s.ended = s.points[0].step.Op.Ends()
		s.points = s.points[1:]
	}
}
