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
