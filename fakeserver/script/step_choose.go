package script

import (
	"fmt"
	"strings"
)

// Choose goes on with one of several scripts, each of which begins with an expectation: the one whose expectation is
// met first, by the fewest bytes; of those, the first in the list. After its steps, those after the Choose are done. It
// fails when none of the expectations can be met any more.
//
// Validate refuses an alternative that can never be taken, such as Expect("GETSET") beside Expect("GET").
func Choose(alternatives ...Script) Step { return Step{act: choose{alternatives}} }

type choose struct{ alternatives []Script }

func (h choose) head(quoter) string { return "choose" }

func (h choose) parts() []Script { return h.alternatives }

func (h choose) check(c *checker) {
	if len(h.alternatives) == 0 {
		c.refuse("it has no alternatives")
	}
	before, after, ends := c.state.clone(), state{}, 0
	for i, alternative := range h.alternatives {
		c.state = before.clone()
		c.list(alternative, i+1)
		if c.over != "" {
			ends++
			continue
		}
		after.join(c.state)
	}
	c.state = after
	if len(h.alternatives) > 0 && ends == len(h.alternatives) {
		c.state.over = "each alternative of choose"
	}
	if first := h.expectations(c); first != nil {
		checkReachable(c, first)
	}
}

// expectations returns with what the alternatives begin; nil: not all of them can.
func (h choose) expectations(c *checker) []expectation {
	all, ok := h.firsts()
	for i, e := range all {
		if e == nil {
			c.refuse("alternative %d begins with %s, want an expectation", i+1, firstHead(h.alternatives[i]))
		}
	}
	if !ok {
		return nil
	}
	return all
}

func (h choose) firsts() (all []expectation, ok bool) {
	ok = true
	for _, alternative := range h.alternatives {
		var first expectation
		if len(alternative) > 0 {
			first, _ = alternative[0].expectation()
		}
		ok = ok && first != nil
		all = append(all, first)
	}
	return all, ok
}

func firstHead(steps Script) string {
	if len(steps) == 0 || steps[0].act == nil {
		return "nothing"
	}
	return what(steps[0])
}

func (h choose) run(r *run) error {
	all, ok := h.firsts()
	if !ok {
		return fmt.Errorf("%s: not each alternative begins with an expectation", r.name())
	}
	chosen, err := r.expect(all...)
	if err != nil {
		return err
	}
	return r.listFrom(h.alternatives[chosen], 1, chosen+1, 0)
}

// wantOf says what several expectations want.
func wantOf(all []expectation) string {
	if len(all) == 1 {
		return all[0].want()
	}
	var words []string
	for _, e := range all {
		words = append(words, e.want())
	}
	return strings.Join(words, " or ")
}

// checkReachable refuses alternatives that are exact and are never taken: others are met by what they want.
func checkReachable(c *checker, all []expectation) {
	for i, e := range all {
		texts := e.texts()
		instead, taken := -1, texts == nil
		for _, text := range texts {
			if won := c.winner(all, []byte(text)); won == i || won < 0 {
				taken = true
			} else {
				instead = won
			}
		}
		if !taken {
			c.refuse("alternative %d, %s, is never taken: alternative %d, %s, is met by it%s",
				i+1, e.want(), instead+1, all[instead].want(), sooner(instead < i))
		}
	}
}

func sooner(first bool) string {
	if first {
		return " first"
	}
	return " before it has come to its end"
}

// winner returns which of several expectations what the client sends meets; -1: none.
func (c *checker) winner(all []expectation, text []byte) int {
	if c.on == onPackets {
		for i, e := range all {
			if _, _, ok := e.fits(text); ok {
				return i
			}
		}
		return -1
	}
	race := newRace(all)
	for _, b := range text {
		if won, _ := race.feed(b); won >= 0 {
			return won
		}
	}
	return -1
}
