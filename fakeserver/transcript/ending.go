package transcript

// Ending tells how one direction of a connection ended.
type Ending uint8

// The endings.
const (
	StillOpen Ending = iota // it has not ended
	ByFIN                   // in order, after its last byte
	ByRST                   // by a reset, sent by either side
	ByClose                 // the server closed its socket before this direction had ended
)

// String returns "still open", "FIN", "RST" or "close".
func (e Ending) String() string {
	switch e {
	case ByFIN:
		return "FIN"
	case ByRST:
		return "RST"
	case ByClose:
		return "close"
	}
	return "still open"
}

// Ending returns how direction d of the connection ended; with several
// connections in t, of the one with the highest number. In what came since a mark, a direction
// that had ended before it is StillOpen, whatever became of the socket.
func (t Transcript) Ending(d Direction) Ending {
	n := t.Conns()
	c := t.Conn(n)
	return c.endingOf(n, d)
}

// endingOf is Ending of t, which has the events of connection n.
func (t *Transcript) endingOf(n int, d Direction) Ending {
	now, ending := t.endingBefore(n, d), StillOpen
	for _, x := range t.events.All() {
		if next := now.after((*entry)(x), d); next != now {
			now, ending = next, next
		}
	}
	return ending
}

// endingBefore returns how direction d of connection n had ended before the first event
// that t may have.
func (t *Transcript) endingBefore(n int, d Direction) Ending {
	ending := StillOpen
	if t.whole == nil {
		return ending
	}
	c := t.whole.Conn(n)
	for at, x := range c.All() {
		if at >= t.begin {
			break
		}
		ending = ending.after((*entry)(x), d)
	}
	return ending
}

// after returns how direction d has ended once x is recorded, before which it had as e says.
func (e Ending) after(x *entry, d Direction) Ending {
	switch {
	case x.kind() == FINUnsent && x.dir() == d:
		return StillOpen
	case e != StillOpen:
	case x.kind() == FIN && x.dir() == d:
		return ByFIN
	case x.kind() == RST:
		return ByRST
	case x.kind() == Close:
		return ByClose
	}
	return e
}
