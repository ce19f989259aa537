package script

import (
	"errors"
	"fmt"
	"slices"
)

// A medium is what a script is for.
type medium uint8

const (
	onStream medium = iota
	onPackets
)

// A checker looks for steps that can't work. It goes through a script as a run does, with all that may have come before.
type checker struct {
	on     medium
	trail  trail
	errs   []error
	silent bool // what is found is not said: it will be looked at again
	state
	bounded bool // in a Within
}

// state is what may have happened before a step.
type state struct {
	last       []*pattern // of the ExpectMatch that may have been the latest; nil among them: there may have been none
	halfClosed bool       // the server's stream may have been ended
	over       string     // what has ended the script; empty: nothing
}

func (s state) clone() state {
	s.last = slices.Clone(s.last)
	return s
}

// join adds what may have happened otherwise.
func (s *state) join(o state) {
	for _, p := range o.last {
		if !slices.Contains(s.last, p) {
			s.last = append(s.last, p)
		}
	}
	s.halfClosed = s.halfClosed || o.halfClosed
}

// check returns an error for each step that can't work.
func check(steps []Step, on medium) error {
	c := &checker{on: on, state: state{last: []*pattern{nil}}}
	if len(steps) == 0 {
		return errors.New("the script has no steps")
	}
	c.list(steps, 0)
	return errors.Join(c.errs...)
}

// list checks the steps of an alternative; zero: it is none.
func (c *checker) list(steps []Step, alternative int) {
	if len(steps) == 0 && len(c.trail) > 0 && alternative == 0 {
		c.refuse("it has no steps")
	}
	c.trail.push(steps, alternative, 0)
	defer c.trail.pop()
	for i, s := range steps {
		c.trail.at(i)
		if c.over != "" {
			c.refuse("it is never reached: %s has ended the script before", c.over)
			return
		}
		if s.act == nil {
			c.refuse("it is the zero Step")
			continue
		}
		s.act.check(c)
	}
}

// again checks the steps of a loop: what is done in one round is what comes before the next.
func (c *checker) again(steps []Step) {
	before, silent := c.state.clone(), c.silent
	c.silent = true
	c.list(steps, 0)
	after := c.state
	c.silent, c.state = silent, before
	if after.over == "" {
		c.join(after)
	}
	c.list(steps, 0)
}

// refuse says what is wrong with the step that is being checked.
func (c *checker) refuse(format string, args ...any) {
	if !c.silent {
		c.errs = append(c.errs, fmt.Errorf("%v: %s", c.trail, fmt.Sprintf(format, args...)))
	}
}

// streamOnly refuses a step that makes no sense for datagrams.
func (c *checker) streamOnly(why string) {
	if c.on == onPackets {
		c.refuse("it is not for datagrams: %s", why)
	}
}

func (c *checker) framing(f Framing) {
	if f.kind != unframed {
		c.streamOnly("a datagram is a message as it is")
	}
	if err := f.check(); err != nil {
		c.refuse("%v", err)
	}
}

// sends is for steps that send something.
func (c *checker) sends(f Framing) {
	c.framing(f)
	if c.halfClosed {
		c.refuse("it comes after close-write, which has ended the stream")
	}
}
