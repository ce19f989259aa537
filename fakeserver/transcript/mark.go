package transcript

import "fmt"

// A Mark is a position in a record, to ask later only about what came since: a server that
// serves a whole suite has one record, and no test means the bytes of the one before it.
//
//	mark := srv.Mark()
//	… // a test
//	got := srv.Transcript().Since(mark).FromClient()
//
// Its zero value is the beginning of any record.
type Mark struct {
	header Header
	record int64 // the number of the record in this process
	end    int   // the position after the last event before it
}

// Mark returns the position after all that the snapshot of which t is a part has. Where the
// record has a limit, take marks of the server: it begins its counts anew there, whereas an
// event that counts bytes in this snapshot may go on to count later ones.
func (t Transcript) Mark() Mark { return Mark{t.header, t.record, t.events.End()} }

// IsOf reports whether m is a position in the record of which t is a part.
func (m Mark) IsOf(t Transcript) bool { return m == Mark{} || m.record == t.record }

// String returns the mark as "event 12", or "the beginning".
func (m Mark) String() string {
	if m.end == 0 {
		return "the beginning"
	}
	return fmt.Sprintf("event %d", m.end)
}

// Since returns the events of t that were recorded after m. Numbers, times and offsets are those of
// the whole record: the first connection since m may be number 7, and the first byte since m,
// on a connection that is older, at offset 100. Conns returns the highest number;
// Kind(Accept).Len() is how many were accepted since.
//
// What a query returns is what these events say. FromClient and Lines begin with the first byte
// after m, even in the middle of a line. An event that takes back what was recorded before m takes
// nothing of what was recorded since. A direction that had ended before m has no Ending. A file of
// these events knows nothing of those before: there such a direction ends, too, if the socket does.
//
// What a client has sent when a mark is made, and the server has not read, comes after it.
//
// Since panics if m is of another record.
func (t Transcript) Since(m Mark) Transcript {
	if !m.IsOf(t) {
		panic(t.Redact(fmt.Sprintf("transcript: Since: the mark is one of another record: of %v, and not of %v", m.header, t.header)))
	}
	return t.After(int64(m.end))
}
