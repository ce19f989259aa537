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
// connections in t, of the one with the highest number.
func (t Transcript) Ending(d Direction) Ending {
	last, ending := t.Conn(t.Conns()), StillOpen
	for _, x := range last.events.All() {
		e := (*entry)(x)
		switch {
		case e.kind() == FINUnsent && e.dir() == d:
			ending = StillOpen
		case ending != StillOpen:
		case e.kind() == FIN && e.dir() == d:
			ending = ByFIN
		case e.kind() == RST:
			ending = ByRST
		case e.kind() == Close:
			ending = ByClose
		}
	}
	return ending
}
