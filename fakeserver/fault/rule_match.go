package fault

import (
	"math"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// AfterMatch lets the rule begin just past the first b among the sender's bytes, however they
// were cut; with datagrams, after the first that has b in it.
func (r Rule) AfterMatch(b string) Rule {
	r.After.Match = []byte(b)
	return r
}

// AfterNthMatch is AfterMatch for the nth b, from 1. Matches don't overlap: the search for the
// next one goes on after the last byte of the one before. A datagram is one match, however often
// it has b in it.
func (r Rule) AfterNthMatch(n int, b string) Rule {
	r.After.Nth = n
	return r.AfterMatch(b)
}

// AfterEveryMatch is AfterMatch, and the rule acts anew at each further b. A fault that acts
// at an offset acts at each, and must not end the stream. One that acts on a stretch needs a
// window, by ForBytes, ForDatagrams or ForTime: each b opens it anew, also one in a window that
// is open. Times bounds how often the rule acts in all.
func (r Rule) AfterEveryMatch(b string) Rule {
	r.After.Every = true
	return r.AfterMatch(b)
}

// AfterMatchIn is AfterMatch for a b that goes the way d, whichever way the rule's own is: when
// the client has asked for b, stall the answer. Combined with AfterNthMatch or AfterEveryMatch,
// which are to name the same b, it is for those matches.
//
// A rule for what goes to the client acts when the handler has read the last byte of b, before
// any byte that it writes after that Read; one for what comes from the client acts when the last
// byte of b leaves, on all that is taken from the client after that. It acts at once, without
// waiting for a byte, at the offset that its own direction has come to by then. The record has that,
// and says where b ended. With datagrams, it is for those that come after the one with b in it. While a Stall or
// a Hold stops its direction, a rule for what comes from the client waits until that is over.
//
// That offset is the same in every run where client and server take turns: see Determinism in the
// package's documentation. The other direction is looked at by what would carry out rules there,
// and its bytes are not changed. A match that the handler never reads tells nothing, but for one
// that comes when the handler is done, and is discarded.
func (r Rule) AfterMatchIn(d transcript.Direction, b string) Rule {
	r.After.MatchIn = d
	return r.AfterMatch(b)
}

// Plus lets the rule begin n bytes later than its match ends: n bytes of its own direction, after
// the match has triggered it. What follows the match is still searched for the next one.
func (r Rule) Plus(n int64) Rule {
	r.After.Plus = n
	return r
}

// AfterWrites lets the rule begin at the end of the handler's nth Write on the connection, from 1:
// when the last byte of a message has passed. It is for what goes to the client. A Write without
// bytes doesn't count, nor does one that fails before its end. What io.Copy and bufio do counts as
// the Writes that they make, and behind a Listener those of the connection's owner count.
//
// It is the one trigger that hangs on how the handler cuts what it writes.
func (r Rule) AfterWrites(n int64) Rule {
	r.After.Writes = n
	return r
}

// Containing limits the rule to datagrams that have b in them, before any fault. ForDatagrams,
// Loss.Nth and Loss.Every count those, AfterDatagrams all.
func (r Rule) Containing(b string) Rule {
	r.Contains = []byte(b)
	return r
}

// looksIn reports whether the rule looks for a match in what goes the way d.
func (r *Rule) looksIn(d transcript.Direction) bool {
	in := r.After.MatchIn
	if in == transcript.Neither {
		in = r.Direction
	}
	return len(r.After.Match) > 0 && in == d
}

// looksAcross reports whether the rule looks for a match in the other direction.
func (r *Rule) looksAcross() bool {
	return r.After.MatchIn != transcript.Neither && r.After.MatchIn != r.Direction
}

// repeats reports whether the rule acts anew at further matches.
func (r *Rule) repeats() bool {
	return r.After.Every || len(r.After.Match) > 0 && isPoint(r.Fault) && r.Limit > 1
}

// matches returns which matches the rule acts at: all from the first to the last, counted from 1.
func (r *Rule) matches() (first, last int) {
	first = max(1, r.After.Nth)
	switch {
	case !r.repeats():
		return first, first
	case isPoint(r.Fault) && r.Limit > 0 && r.Limit <= math.MaxInt-first:
		return first, first + r.Limit - 1
	}
	return first, math.MaxInt
}
