package faultgen

import (
	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Content lets r, a rule for m, go by content, wherever that comes from, or by writes. What makes no
// sense with the rest of r is left out.
func Content(t *rapid.T, m fault.Medium, r fault.Rule, texts *rapid.Generator[string]) fault.Rule {
	if coin(t, 2, "after a match in a direction") {
		d := rapid.SampledFrom([]transcript.Direction{transcript.FromClient, transcript.ToClient}).Draw(t, "match in")
		if across := r.AfterMatchIn(d, texts.Draw(t, "match")); coin(t, 3, "after more than that") {
			r = ifValid(m, across, r)
		} else {
			across.After.Bytes, across.After.Datagrams = 0, 0
			r = ifValid(m, across, r)
		}
	}
	if m == fault.Datagrams && coin(t, 3, "containing") {
		r = ifValid(m, r.Containing(texts.Draw(t, "content")), r)
	}
	if coin(t, 4, "after writes") {
		r = ifValid(m, r.AfterWrites(int64(between(t, 1, 4, "writes"))), r)
	}
	return Matches(t, m, r)
}

// Matches draws at which of its matches r, a rule for m, acts, if it has one.
func Matches(t *rapid.T, m fault.Medium, r fault.Rule) fault.Rule {
	if r.After.Match == nil {
		return r
	}
	b := string(r.After.Match)
	if coin(t, 2, "nth") {
		r = ifValid(m, r.AfterNthMatch(between(t, 1, 3, "number"), b), r)
	}
	if coin(t, 2, "every") {
		r = ifValid(m, r.AfterEveryMatch(b), r)
	}
	if coin(t, 3, "plus") {
		r = ifValid(m, r.Plus(int64(between(t, 1, 9, "bytes after it"))), r)
	}
	if coin(t, 3, "matches") {
		r = ifValid(m, r.Times(between(t, 1, 4, "times")), r)
	}
	return r
}

// ifValid returns r if a plan for m can have it, and else what it was.
func ifValid(m fault.Medium, r, was fault.Rule) fault.Rule {
	if Valid(m, r) {
		return r
	}
	return was
}
