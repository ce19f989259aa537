package script

import (
	"fmt"
)

// Loop does its steps again and again, until the client ends its stream between two rounds: before it has sent a byte of
// the next one. The steps after the Loop are done then. When the server closes between two rounds, or after the peer's
// last datagram, that ends the Loop too.
func Loop(steps ...Step) Step { return Step{act: loop{steps}} }

// Repeat does its steps n times.
func Repeat(n int, steps ...Step) Step { return Step{act: repeat{n, steps}} }

type loop struct{ steps Script }

func (l loop) head(quoter) string { return "loop" }

func (l loop) parts() []Script { return []Script{l.steps} }

func (l loop) check(c *checker) {
	if len(l.steps) > 0 && !expectsSomething(l.steps) {
		c.refuse("it never ends: none of its steps waits for the client")
	}
	before := c.state.clone()
	c.again(l.steps)
	if c.over == "" {
		before.join(c.state)
	}
	c.state = before // there may be no round
}

func (l loop) run(r *run) error {
	for round := 1; ; round++ {
		before := r.talk.taken()
		r.idle = false
		err := r.list(l.steps, 0, round)
		taken := r.talk.taken() > before
		switch {
		case err != nil && r.idle && !taken:
			return nil
		case err != nil:
			return err
		case !taken && r.talk.ended():
			return nil // a loop in it has seen the end
		}
	}
}

// expectsSomething reports whether steps wait for the client, whatever happens.
func expectsSomething(steps []Step) bool {
	for _, s := range steps {
		if _, ok := s.expectation(); ok {
			return true
		}
		switch s.act.(type) {
		case choose:
			return true
		case nil:
			continue
		}
		for _, part := range partsOf(s) {
			if expectsSomething(part) {
				return true
			}
		}
	}
	return false
}

type repeat struct {
	n     int
	steps Script
}

func (p repeat) head(quoter) string { return fmt.Sprint("repeat ", p.n) }

func (p repeat) parts() []Script { return []Script{p.steps} }

func (p repeat) check(c *checker) {
	if p.n < 1 {
		c.refuse("it repeats its steps %d times, want 1 or more", p.n)
	}
	if p.n == 1 {
		c.list(p.steps, 0)
		return
	}
	c.again(p.steps)
}

func (p repeat) run(r *run) error {
	for round := range p.n {
		if err := r.list(p.steps, 0, round+1); err != nil {
			return err
		}
	}
	return nil
}
