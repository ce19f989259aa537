package explore

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/subject"
)

// A stream is one direction of a connection, or of a peer. It is plain data.
type stream struct {
	Conn      int
	Direction transcript.Direction
	Datagrams bool
	Length    int64   // in bytes, or datagrams
	Steady    int64   // up to where its lengths are the same in each healthy run
	Same      int64   // up to where its bytes, or datagrams, are the same in each healthy run
	Writes    []int64 // to the client: where the handler's Writes end
	Lines     []int64 // where lines end
	Messages  []span
}

// A span is a message's bytes.
type span struct{ From, To int64 }

// streamsOf returns the streams of a record.
func streamsOf(t transcript.Transcript) (all []stream) {
	for n := 1; n <= t.Conns(); n++ {
		conn := t.Conn(n)
		for _, d := range bothWays {
			s := stream{Conn: n, Direction: d, Datagrams: t.Header().IsOfDatagrams()}
			if s.Datagrams {
				s.Length = int64(len(conn.Datagrams(d)))
			} else {
				s.read(conn)
			}
			s.Steady, s.Same = s.Length, s.Length
			all = append(all, s)
		}
	}
	return all
}

// read fills in what the record of a connection says of a stream of bytes. How a client's bytes were
// cut is the socket's business; its lines are its own.
func (s *stream) read(conn transcript.Transcript) {
	for _, m := range subject.Messages(conn, s.Direction) {
		s.Messages = append(s.Messages, span{m.From, m.To})
	}
	for e := range conn.Kind(transcript.Data).All() {
		if e.Direction != s.Direction {
			continue
		}
		s.Length = e.Offset + e.Size()
		if s.Direction == transcript.ToClient {
			s.Writes = append(s.Writes, s.Length)
		}
		for i, b := range e.Data {
			if b == '\n' {
				s.Lines = append(s.Lines, e.Offset+int64(i)+1)
			}
		}
	}
}

// steadyWith returns up to where the messages of both have the same lengths.
func (s stream) steadyWith(other stream) int64 {
	if s.Datagrams {
		return min(s.Length, other.Length)
	}
	for i, m := range s.Messages {
		if i == len(other.Messages) || other.Messages[i] != m {
			return m.From
		}
	}
	return s.Length
}

// boundaries returns where messages, writes and lines end. Where lengths vary from run to run, those
// of the handler's Writes are left.
func (s stream) boundaries() (all []place) {
	offsets := slices.Concat(s.Writes, s.Lines)
	for _, m := range s.Messages {
		offsets = append(offsets, m.To)
	}
	slices.Sort(offsets)
	for _, at := range slices.Compact(offsets) {
		if at > 0 && at <= s.Steady {
			all = append(all, place{conn: s.Conn, direction: s.Direction, at: at})
		}
	}
	for i, at := range s.Writes {
		if at > s.Steady {
			all = append(all, place{conn: s.Conn, direction: s.Direction, writes: int64(i + 1)})
		}
	}
	return thinned(all)
}

// beginnings returns where messages begin.
func (s stream) beginnings() (all []place) {
	for _, m := range s.Messages {
		if m.From < s.Steady {
			all = append(all, place{conn: s.Conn, direction: s.Direction, at: m.From})
		}
	}
	return thinned(all)
}

// insides returns where a message has begun and not ended: after its first byte, in its middle, and
// before its last byte.
func (s stream) insides() (all []place) {
	last := int64(0)
	for _, m := range thinned(s.Messages) {
		for _, at := range []int64{m.From + 1, (m.From + m.To) / 2, m.To - 1} {
			if m.From < at && at < m.To && last < at && at <= s.Steady {
				all = append(all, place{conn: s.Conn, direction: s.Direction, at: at})
				last = at
			}
		}
	}
	return all
}

// heads returns where the first bytes of a message have come: such as a length of two bytes, or of four.
func (s stream) heads() (all []place) {
	inside := s.insides()
	for _, m := range thinned(s.Messages) {
		for _, at := range []int64{m.From + 2, m.From + 3, m.From + 4} {
			p := place{conn: s.Conn, direction: s.Direction, at: at}
			if at < m.To && at <= s.Steady && !slices.Contains(inside, p) && !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

// thinned keeps the first six, then those at doubling distances, and the last four: bulk data has
// thousands.
func thinned[T any](all []T) []T {
	const first, last = 6, 4
	if len(all) <= first+last {
		return all
	}
	kept := slices.Clone(all[:first])
	for i, step := first+1, 2; i < len(all)-last; i, step = i+step, 2*step {
		kept = append(kept, all[i])
	}
	return append(kept, all[len(all)-last:]...)
}
