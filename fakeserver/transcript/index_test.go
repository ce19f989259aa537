package transcript_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

type laneKey struct {
	conn int
	dir  Direction
}

// scribble records something at random.
func scribble(rec *record.Recorder, lanes map[laneKey]*record.Lane, r *rand.Rand) {
	conn, d := r.IntN(6), Direction(1+r.IntN(2))
	l := lanes[laneKey{conn, d}]
	if l == nil {
		l = rec.Lane(conn, d)
		lanes[laneKey{conn, d}] = l
	}
	p := []byte("0123456789")[:r.IntN(10)]
	switch r.IntN(12) {
	default:
		l.Append(Data, append(p, '\n'))
	case 0:
		l.Append(Discarded, append(p, '!'))
	case 1:
		l.Unsend(min(l.Offset(), 1+r.Int64N(3)), "refused")
	case 2:
		rec.Add(Event{Conn: conn, Direction: d, Kind: Unread, Offset: r.Int64N(l.Offset() + 1), AtClose: r.IntN(2) == 0})
	case 3:
		l.Add(Event{Kind: []Kind{FIN, RST, Fault, Error}[r.IntN(4)], Rule: "r"})
	case 4:
		rec.Add(Event{Conn: conn, Kind: Close})
	case 5:
		l.Datagram(conn, "a:1", int64(rec.Snapshot().Len()), p)
	case 6:
		rec.Add(Event{Conn: conn, Direction: d, Kind: []Kind{DatagramUnsent, Undelivered}[r.IntN(2)], Offset: int64(rec.Snapshot().Len()) - r.Int64N(2), Peer: "a:1"})
	}
}

// only is Conn without an index.
func only(events []Event, conn int) (some []Event) {
	for _, e := range events {
		if e.Conn == conn {
			some = append(some, e)
		}
	}
	return some
}

func carriesBytes(e Event) bool { return e.Kind == Data || e.Kind == Discarded }

// joined is FromClient and Discarded, or ToClient and nothing, of one connection without
// an index.
func joined(events []Event, d Direction) (received, discarded []byte) {
	var all []byte
	begin, end := int64(-1), int64(-1)
	for _, e := range events {
		if e.Direction != d {
			continue
		}
		if carriesBytes(e) && begin < 0 {
			begin = e.Offset
		}
		switch {
		case carriesBytes(e):
			all = append(all, e.Data...)
		case e.Kind == Unsent:
			all = all[:min(int64(len(all)), max(0, e.Offset-begin))]
		}
		if (e.Kind == Discarded || e.Kind == Unread) && !e.AtClose && (end < 0 || e.Offset < end) {
			end = e.Offset
		}
	}
	if d == ToClient || end < 0 {
		return all, nil
	}
	at := min(int64(len(all)), max(0, end-begin))
	return all[:at], all[at:]
}

// datagrams is Datagrams by looking ahead from each.
func datagrams(events []Event, d Direction) (all [][]byte) {
	for i, e := range events {
		if e.Direction != d || e.Kind != Datagram {
			continue
		}
		later := slices.IndexFunc(events[i+1:], func(l Event) bool { return l.Conn == e.Conn && l.Direction == d })
		if later >= 0 && events[i+1+later].Kind == DatagramUnsent && events[i+1+later].Offset == e.Offset {
			continue
		}
		all = append(all, e.Data)
	}
	return all
}

// wantQueries compares the answers of tr with those that need no index.
func wantQueries(t *testing.T, tr Transcript) {
	t.Helper()
	events := slices.Collect(tr.All())
	if len(events) != tr.Len() {
		t.Fatalf("%d events, and Len = %d", len(events), tr.Len())
	}
	conns := 0
	var received, discarded, sent []byte
	for conn := range 7 {
		some := only(events, conn)
		if len(some) > 0 {
			conns = conn
		}
		got := slices.Collect(tr.Conn(conn).All())
		if fmt.Sprint(got) != fmt.Sprint(some) {
			t.Fatalf("Conn(%d) = %v, want %v", conn, got, some)
		}
		r, d := joined(some, FromClient)
		s, _ := joined(some, ToClient)
		if conn > 0 {
			received, discarded, sent = append(received, r...), append(discarded, d...), append(sent, s...)
		}
	}
	for what, pair := range map[string][2][]byte{
		"FromClient": {tr.FromClient(), received}, "Discarded": {tr.Discarded(), discarded}, "ToClient": {tr.ToClient(), sent},
	} {
		if !bytes.Equal(pair[0], pair[1]) {
			t.Fatalf("%s = %q, want %q\n%v", what, pair[0], pair[1], tr)
		}
	}
	for _, d := range []Direction{FromClient, ToClient} {
		if got, want := tr.Datagrams(d), datagrams(events, d); !slices.EqualFunc(got, want, bytes.Equal) {
			t.Fatalf("Datagrams(%v) = %q, want %q\n%v", d, got, want, tr)
		}
	}
	if tr.Conns() != conns {
		t.Fatalf("Conns = %d, want %d", tr.Conns(), conns)
	}
}

// The index changes no answer: not of a snapshot, early or late, nor of a part of one.
func TestTranscriptAnswersAsWithoutAnIndex(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		rec, lanes := newTestRecorder(0), map[laneKey]*record.Lane{}
		var snapshots []Transcript
		for range 1 + r.IntN(700) {
			scribble(rec, lanes, r)
			if r.IntN(60) == 0 {
				snapshots = append(snapshots, rec.Snapshot())
			}
			if len(snapshots) > 0 && r.IntN(40) == 0 {
				snapshots[r.IntN(len(snapshots))].Conns() // of any age, so that the index is ahead of some
			}
		}
		for _, tr := range append(snapshots, rec.Snapshot()) {
			wantQueries(t, tr)
			wantQueries(t, tr.Kind(Kind(1+r.IntN(5))))
			wantQueries(t, tr.Conn(r.IntN(6)))
			wantQueries(t, tr.After(r.Int64N(int64(tr.Len()+1))))
			wantQueries(t, tr.Conn(r.IntN(6)).After(r.Int64N(int64(tr.Len()+1))))
			wantQueries(t, tr.Kind(Data).Conn(r.IntN(6)))
		}
	}
}

// For the race detector: snapshots are asked by several while the record grows.
func TestTranscriptIsForAnyNumberOfGoroutines(t *testing.T) {
	rec := newTestRecorder(0)
	var wg sync.WaitGroup
	for n := 1; n <= 3; n++ {
		wg.Go(func() {
			l := rec.Lane(n, FromClient)
			for range 300 {
				l.Append(Data, []byte("abc\n"))
			}
		})
		wg.Go(func() {
			for range 50 {
				tr := rec.Snapshot()
				if got := len(tr.Lines()); got != tr.Len() {
					t.Errorf("%d lines of %d events", got, tr.Len())
				}
			}
		})
	}
	wg.Wait()
}
