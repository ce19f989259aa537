package transcript

import (
	"errors"
	"fmt"
	"regexp"
)

// An Ignore says what may differ between two records that are compared: what each of its fields names, of the
// connections and directions that it is about.
//
//	transcript.Ignore{Pattern: regexp.MustCompile(`Date: ([^\r]+)`)}                      // in both directions of each connection
//	transcript.Ignore{Conn: 1, Direction: transcript.ToClient, From: 6, To: 22}           // a session's number
//	transcript.Ignore{Direction: transcript.FromClient, To: math.MaxInt64, Endings: true} // whatever still came around a reset
//
// Bytes that are ignored have to be there in both records, but not the same, and not as many; what follows
// them is compared. Those that touch each other are ignored as one. An offset of a fault is compared
// as if they had the same length in both.
type Ignore struct {
	Conn      int       // the connection or peer; zero: each, and the server as a whole
	Direction Direction // Neither: both, and the connection as a whole

	Pattern  *regexp.Regexp // bytes of a stream, or of a datagram, that it matches, or if it has groups, that are in those; nil: none
	From, To int64          // bytes of a stream from offset From up to, but not including, To, be there any or not; of a record of datagrams, those with these numbers
	Faults   bool           // the rules that acted; those OnAccept and AtStart, if Direction is Neither
	Endings  bool           // how the direction ended
}

// Validate returns an error if i makes no sense, or ignores nothing.
func (i Ignore) Validate() error {
	switch {
	case i.Conn < 0:
		return fmt.Errorf("transcript: Ignore: Conn is %d: connections are numbered from 1", i.Conn)
	case i.Direction > ToClient:
		return fmt.Errorf("transcript: Ignore: there is no Direction %d", i.Direction)
	case i.From < 0 || i.To < i.From:
		return fmt.Errorf("transcript: Ignore: From %d, To %d is no range", i.From, i.To)
	case i.Pattern == nil && i.From == i.To && !i.Faults && !i.Endings:
		return errors.New("transcript: Ignore: it ignores nothing: give it a Pattern, From and To, Faults or Endings")
	}
	return nil
}

// isAbout reports whether i is about a direction of connection n.
func (i Ignore) isAbout(n int, d Direction) bool {
	return (i.Conn == 0 || i.Conn == n) && (i.Direction == Neither || i.Direction == d)
}

// has reports whether offset is in the range that i ignores.
func (i Ignore) has(offset int64) bool { return i.From <= offset && offset < i.To }
