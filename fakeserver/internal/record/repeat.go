package record

import "github.com/fakewire/fakewire/fakeserver/transcript"

// maxRepeats is how many events of one kind and rule, in one direction of one connection,
// stand for themselves where the record has a limit.
const maxRepeats = 64

// A repeat is what events have in common that repeat each other.
type repeat struct {
	kind transcript.Kind
	rule string
}

type repeated struct {
	n    int
	rest growth // the event that counts those after the limit's alone
}

// repeats reports whether e, which carries no bytes, is counted in an event that says the
// same already. It needs the recorder's mu.
func (l *limit) repeats(r *Recorder, e *transcript.Event) bool {
	t := l.sides[sideKey{e.Conn, e.Direction}]
	if !t.canRepeat(e) {
		l.endBytes(t, e)
		return false
	}
	t = l.of(e.Conn, e.Direction)
	p := t.repeatedBy(e)
	switch {
	case r.growsLocked(&p.rest):
		if e.Kind == transcript.Fault {
			e.Sum = addNumber(r.events.At(p.rest.at).More.Sum, e.Offset)
		}
		r.growLocked(&p.rest, e)
		return true
	case p.n < l.alone:
		p.n++
		t.close()
		return false
	}
	if e.Kind == transcript.Fault {
		e.Sum = addNumber(0, e.Offset)
	}
	t.close()
	p.rest = r.beginLocked(e)
	return true
}

// repeatedBy returns what is known of events like e.
func (t *tally) repeatedBy(e *transcript.Event) *repeated {
	key := repeat{e.Kind, e.Rule}
	p := t.repeats[key]
	if p == nil {
		if t.repeats == nil {
			t.repeats = map[repeat]*repeated{}
		}
		p = new(repeated)
		t.repeats[key] = p
	}
	return p
}

// canRepeat reports whether e may be one of many that say the same. What takes back a
// part of a stream, a FIN, or a datagram that the record has, may not: what the record means
// depends on it. t is nil where the side has no tally yet.
func (t *tally) canRepeat(e *transcript.Event) bool {
	switch e.Kind {
	case transcript.Fault, transcript.Undelivered, transcript.Drop, transcript.Refused, transcript.Error, transcript.Note:
		return true
	case transcript.DatagramUnsent:
		return t == nil || t.kept != e.Offset
	}
	return false
}
