package fakeserver

import (
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// An exchange is one peer of a recording, as PacketPlayback goes through it.
type exchange struct {
	peer    int
	asked   []asked     // what the client sent, as the handler got it
	acts    []packetAct // what the server did, in order
	missing string      // why it can't be played; empty: it can
}

// An asked is a datagram that a client sent.
type asked struct {
	number int64 // the recorded one
	data   []byte
	x      *expectation
	wait   time.Duration // how long the client took for it
	isFree bool          // it may be any, or missing
	isLost bool          // the handler never got it
}

// A packetAct is one thing that the server did.
type packetAct struct {
	after   int           // how many of the client's datagrams came before it
	pause   time.Duration // between what came last before it and it
	number  int64         // of its datagram
	data    []byte        // nil: it is a fault
	fault   transcript.Event
	changes []substitution
}

// exchangeOf returns peer n of a recording, of which t has the events.
func exchangeOf(n int, t transcript.Transcript) *exchange {
	x := &exchange{peer: n}
	var last time.Duration
	begun := false
	for e := range t.All() {
		if !begun {
			begun, last = true, e.At
		}
		if (e.Kind == transcript.Datagram || e.Kind == transcript.Data) && e.Data == nil {
			x.missing = "the recording did not keep all of its bytes: record again without a RecordLimit, or with a larger one"
		}
		switch {
		case e.Kind == transcript.Datagram && e.Direction == transcript.FromClient:
			for i := range max(1, e.Times) { // of empty ones, in a record with a limit
				x.asked = append(x.asked, asked{number: e.Offset + i, data: e.Data, wait: e.At - last})
			}
			last = e.At
		case e.Kind == transcript.Undelivered && e.Direction == transcript.FromClient:
			for i := range x.asked {
				a := &x.asked[i]
				a.isLost = a.isLost || e.Offset <= a.number && a.number < e.Offset+e.Count
			}
		case e.Kind == transcript.Datagram:
			for i := range max(1, e.Times) {
				x.acts = append(x.acts, packetAct{after: len(x.asked), pause: max(0, e.At-last), number: e.Offset + i, data: e.Data})
				last = e.At
			}
		case e.Kind == transcript.DatagramUnsent:
			x.takeBack(e.Offset)
		case e.Kind == transcript.Fault && e.Direction == transcript.ToClient:
			x.acts = append(x.acts, packetAct{after: len(x.asked), fault: e})
		}
	}
	return x
}

// takeBack takes back the last datagram, and those after it, from a number on.
func (x *exchange) takeBack(from int64) {
	x.acts = slices.DeleteFunc(x.acts, func(a packetAct) bool { return a.data != nil && a.number >= from })
}

// deliver replaces the client's datagrams by what the handler gets of them, in the order in which it does.
func (x *exchange) deliver(copies func(asked) []decide.Copy) {
	slots := make([][]asked, 2*len(x.asked)) // two for each that arrives: it, and what was held back until then
	for i, a := range x.asked {
		all := copies(a)
		held := slices.ContainsFunc(all, func(c decide.Copy) bool { return int64(i)+c.Behind >= int64(len(x.asked)) })
		for _, c := range all {
			at := int64(i) + c.Behind
			if at >= int64(len(x.asked)) || a.isLost && !held {
				continue // which no more comes for, or which came too late
			}
			slot := 2 * at
			if c.Behind > 0 {
				slot++
			}
			d := a
			d.data = slices.Clone(c.Data)
			slots[slot] = append(slots[slot], d)
		}
	}
	x.asked = nil
	came := []int{0}
	for i, slot := range slots {
		if x.asked = append(x.asked, slot...); i%2 == 1 {
			came = append(came, len(x.asked))
		}
	}
	for i := range x.acts {
		x.acts[i].after = came[x.acts[i].after]
	}
}

// groupEnd returns how many datagrams the server had before it did something next, after it had those before from.
func (x *exchange) groupEnd(from int) int {
	for _, a := range x.acts {
		if a.after > from {
			return a.after
		}
	}
	return len(x.asked)
}

// answersTo returns the acts that came after a datagram and before what came after its answers.
func (x *exchange) answersTo(i int) (all []int) {
	end := x.groupEnd(i)
	var own []int
	for at, a := range x.acts {
		if a.after != end || a.data == nil {
			continue
		}
		all = append(all, at)
		if slices.ContainsFunc(a.changes, func(s substitution) bool { return s.value == i }) {
			own = append(own, at)
		}
	}
	if len(own) > 0 {
		return own
	}
	return all
}

// isFault reports whether a rule acted, and nothing was sent.
func (a packetAct) isFault() bool { return a.data == nil }
