package transcript

import "fmt"

// A Difference is one thing in which the canonical forms of two records differ.
type Difference struct {
	Aspect    Aspect
	Conn      int       // the number of the connection or peer, from 1; zero: the server as a whole
	Direction Direction // Neither: of InConns, and of InFaults if the rule acted OnAccept or AtStart
	A, B      Spot      // where it is in the one record and in the other
	text      string
}

// String returns the difference for people, as one line or a few.
func (d Difference) String() string { return d.text }

// A Spot is where a record differs from another. Where nothing is ignored, or what is has the same
// length in both, the two spots of a stream's byte have one offset.
type Spot struct {
	// Offset is as an Event has it: of a byte, from 0, or of a datagram, from 1. Of InOmitted it is the first byte that
	// was not kept. Of InEndings, and of a fault that the record lacks, it is the stream's end; of InConns, zero.
	Offset int64
	Byte   int64 // of InDatagrams: the first byte of the datagram that differs
	Absent bool  // the record has nothing there: the stream has ended, or it lacks the datagram, the fault or the connection
}

// An Aspect is what can differ between two records.
type Aspect uint8

// The aspects.
const (
	InConns     Aspect = iota + 1 // only one of the two has the connection or peer
	InBytes                       // of a stream
	InDatagrams                   // one of them, or some that only one record has
	InOmitted                     // what RecordLimit did not keep: how much, its checksum, or where it begins
	InFaults                      // a rule that acted
	InEndings                     // how the direction ended
)

// String returns what differs in lower case, such as "bytes".
func (a Aspect) String() string {
	switch a {
	case InConns:
		return "conns"
	case InBytes:
		return "bytes"
	case InDatagrams:
		return "datagrams"
	case InOmitted:
		return "omitted"
	case InFaults:
		return "faults"
	case InEndings:
		return "endings"
	}
	return fmt.Sprintf("aspect %d", uint8(a))
}
