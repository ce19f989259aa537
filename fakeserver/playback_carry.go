package fakeserver

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// A Carry is a value that each request has anew and its answer repeats: the id of a DNS message, a correlation number. The playback
// puts what the client sent in place of what was recorded. What it carries may differ in the client's messages, as with an Ignore.
//
//	fakeserver.Carry{Name: "id", Request: fakeserver.Span{To: 2}}                                           // the first two bytes of both
//	fakeserver.Carry{Name: "id", Request: fakeserver.Span{Pattern: regexp.MustCompile(`"id":(\d+)`)}}       // in JSON, in whatever length
//	fakeserver.Carry{Request: fakeserver.Span{From: 4, To: 8}, Answer: fakeserver.Span{From: 12, To: 16}}   // elsewhere in the answer
//
// A value is known by what was recorded: where the answer has the bytes that a request before it had, it gets those that came in
// their place, be the answers in another order than the requests. Lengths and checksums that the answer has of itself stay what they are.
type Carry struct {
	Name    string // in errors. If empty, its number among the others
	Conn    int    // the recorded connection or peer. If zero, each
	Request Span   // where it is in what the client sends
	Answer  Span   // where it is in what the server sends. If zero, where it is in the request

	label        string // what errors call it
	isOnlyVaried bool   // it is what a Playback's Vary has
}

// A Span is a part of each message: from one offset in it up to another, or what a pattern matches.
//
// In a stream, a message is what the client sends until the server sends something, or the other way round; of several requests in
// one, offsets find the first only, and patterns find all.
type Span struct {
	From, To int64          // from offset From up to, but not including, To
	Pattern  *regexp.Regexp // in place of that: what it matches, or if it has groups, what is in the first
}

// in returns where in a message s is, which has offsets.
func (s Span) in(message span) span {
	return span{min(message.from+s.From, message.to), min(message.from+s.To, message.to)}
}

func (s Span) isZero() bool { return s == Span{} }

func (s Span) validate() error {
	switch {
	case s.Pattern != nil && (s.From != 0 || s.To != 0):
		return errors.New("it has a Pattern and offsets: give it one of the two")
	case s.Pattern == nil && (s.From < 0 || s.To <= s.From):
		return fmt.Errorf("From %d, To %d is no range", s.From, s.To)
	}
	return nil
}

// answer returns where the value is in answers.
func (c *Carry) answer() Span {
	if c.Answer.isZero() {
		return c.Request
	}
	return c.Answer
}

func (c *Carry) validate() error {
	if err := c.Request.validate(); err != nil {
		return fmt.Errorf("Request: %w", err)
	}
	if err := c.answer().validate(); err != nil {
		return fmt.Errorf("Answer: %w", err)
	}
	if c.Conn < 0 {
		return fmt.Errorf("Conn is %d: connections are numbered from 1", c.Conn)
	}
	return nil
}

// carriesOf returns what is carried, and after that what only varies.
func carriesOf(carry []Carry, vary []Span) (all []*Carry) {
	for i, c := range carry {
		if c.label = fmt.Sprintf("Carry %d", i+1); c.Name != "" {
			c.label = fmt.Sprintf("Carry %q", c.Name)
		}
		all = append(all, &c)
	}
	for i, s := range vary {
		all = append(all, &Carry{Request: s, label: fmt.Sprintf("Vary %d", i+1), isOnlyVaried: true})
	}
	return all
}

// validateCarries returns the error of the first that has one.
func validateCarries(all []*Carry) error {
	for _, c := range all {
		if err := c.validate(); err != nil {
			return fmt.Errorf("%s: %w", c.label, err)
		}
	}
	return nil
}

// A substitution is a place in what the server sends that gets a carried value.
type substitution struct {
	at    span   // in what was recorded
	carry *Carry //
	value int    // which of the carry's values; of datagrams, the request's index
	nth   int    // of datagrams, which of the carry's values in the request
}

// changesOf returns what is changed in the bytes of an answer, or of several in a row, which begin at an offset, for values that came
// before it.
func changesOf(c *Carry, answer []byte, offset int64, before []value) (all []substitution) {
	for _, s := range c.answer().all(answer) {
		for i := len(before) - 1; i >= 0; i-- {
			if bytes.Equal(before[i].data, answer[s.from:s.to]) {
				all = append(all, substitution{at: span{offset + s.from, offset + s.to}, carry: c, value: i})
				break
			}
		}
	}
	return all
}

// all returns where s is in a message.
func (s Span) all(message []byte) (all []span) {
	if s.Pattern == nil {
		if at := s.in(span{0, int64(len(message))}); at.from < at.to {
			all = append(all, at)
		}
		return all
	}
	for _, m := range s.Pattern.FindAllSubmatchIndex(message, -1) {
		if len(m) > 2 {
			m = m[2:]
		}
		if m[0] < m[1] {
			all = append(all, span{int64(m[0]), int64(m[1])})
		}
	}
	return all
}

// findChanges finds what of d's answers is changed, in order; of places that overlap the first carry's counts.
func findChanges(d *dialogue, x *expectation, carries []*Carry) (all []substitution) {
	for _, c := range carries {
		values := x.carried[c]
		if c.isOnlyVaried {
			continue
		}
		for from, to := 0, 0; from < len(d.acts) && len(values) > 0; from = to {
			first, after := int64(-1), d.acts[from].after
			end := first
			for ; to < len(d.acts) && d.acts[to].after == after; to++ {
				if a := d.acts[to]; a.kind == actSend {
					if first < 0 {
						first = a.from
					}
					end = a.from + int64(len(a.data))
				}
			}
			if first >= 0 {
				n, _ := slices.BinarySearchFunc(values, after, func(v value, at int64) int {
					if v.at.to <= at {
						return -1
					}
					return 1
				})
				all = append(all, changesOf(c, d.said[first:end], first, values[:n])...)
			}
		}
	}
	return sortedChanges(all)
}

// sortedChanges sorts them by where they are; of those that overlap the first counts.
func sortedChanges(all []substitution) []substitution {
	slices.SortStableFunc(all, func(a, b substitution) int { return cmp.Compare(a.at.from, b.at.from) })
	return slices.CompactFunc(all, func(a, b substitution) bool { return b.at.from < a.at.to })
}

// apply returns the bytes that were sent from an offset on, with what came in place of what was recorded. What a change makes of
// bytes on both sides of a cut comes before it.
func apply(changes []substitution, data []byte, from int64, came func(substitution) []byte) []byte {
	end := from + int64(len(data))
	var out []byte
	at := from
	for _, c := range changes {
		if c.at.to <= from || c.at.from >= end {
			continue
		}
		if c.at.from >= from {
			out = append(out, data[at-from:c.at.from-from]...)
			out = append(out, came(c)...)
		}
		at = min(c.at.to, end)
	}
	if at == from {
		return data
	}
	return append(out, data[at-from:]...)
}
