// Package transcripttest writes records by hand, for tests of code that looks at them: a
// condition to Wait for, a matcher, a report.
//
//	r := transcripttest.New(transcript.Header{Network: "tcp"}, 0)
//	r.Add(
//		transcript.Event{Conn: 1, Kind: transcript.Accept},
//		transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte("PING\r\n")},
//		transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.FIN},
//	)
//	if !isPing(r.Transcript()) { … }
package transcripttest

import (
	"sync"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Record is a transcript in the making. Its methods may be called from several goroutines at
// once.
type Record struct {
	rec *record.Recorder

	mu    sync.Mutex // guards what follows
	lanes map[side]*record.Lane
	last  map[side]int64 // the number of the side's last datagram
}

// A side is one direction of one connection or peer.
type side struct {
	conn int
	dir  transcript.Direction
}

// New returns an empty record that keeps at most limit bytes of data, as RecordLimit of a server
// says: if zero, all; if negative, none. Its clock starts at h.Start, or now if that is zero.
func New(h transcript.Header, limit int64) *Record {
	return &Record{rec: record.New(h, limit), lanes: map[side]*record.Lane{}, last: map[side]int64{}}
}

// Add records events in their order, as a server would: each gets its Seq and At, and Data,
// Discarded, Datagram, FIN and RST get their Offset, too. It copies their Data, and keeps no more
// of that than the limit allows.
func (r *Record) Add(events ...transcript.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		r.addLocked(e)
	}
}

// Transcript returns a snapshot of the record. It copies no bytes.
func (r *Record) Transcript() transcript.Transcript { return r.rec.Snapshot() }

// addLocked needs mu.
func (r *Record) addLocked(e transcript.Event) {
	if e.Direction == transcript.Neither {
		r.rec.Add(e)
		return
	}
	at := side{e.Conn, e.Direction}
	if r.lanes[at] == nil {
		r.lanes[at] = r.rec.Lane(e.Conn, e.Direction)
	}
	switch lane := r.lanes[at]; e.Kind {
	case transcript.Data, transcript.Discarded:
		lane.Append(e.Kind, e.Data)
	case transcript.Datagram:
		r.last[at]++
		lane.Datagram(e.Conn, e.Peer, r.last[at], e.Data)
	case transcript.FIN, transcript.RST:
		lane.Add(e)
	default:
		r.rec.Add(e)
	}
}
