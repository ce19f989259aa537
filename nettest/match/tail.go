package match

import "github.com/fakewire/fakewire/fakeserver/transcript"

// A tail is what the events of one connection say about its end.
type tail struct {
	fin    [transcript.ToClient + 1]bool // by direction
	reset  bool                          // by the server
	closed bool
}

// tailOf returns the tail of connection n, whatever came since a mark.
func (r record) tailOf(n int) *tail {
	t := new(tail)
	for e := range r.whole.Conn(n).All() {
		t.add(e)
	}
	return t
}

func (t *tail) add(e transcript.Event) {
	switch e.Kind {
	case transcript.FIN:
		t.fin[e.Direction] = true
	case transcript.RST:
		t.reset = t.reset || e.Direction == transcript.ToClient
	case transcript.Close:
		t.closed = true
	}
}

// complete reports whether all bytes of direction d are in the record.
//
// The client's RST does not mean that they are: a Write may have met with it, and what had
// arrived before it is still to be read. The server closes a socket once all of it was
// read, unless the server resets the connection itself.
func (t *tail) complete(d transcript.Direction) bool {
	return t.fin[d] || t.closed && !t.reset
}

// isOver reports whether nothing at all will be added.
func (t *tail) isOver() bool { return t.closed && !t.reset }

// settles reports whether nothing will be added to f. What the handler left unread is
// known only when the handler has returned, which may be long after its client is gone.
func (t *tail) settles(f flow) bool {
	return t.isOver() || !f.discarded && t.complete(f.direction)
}
