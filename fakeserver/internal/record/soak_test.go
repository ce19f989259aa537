package record

import (
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// exchanges is how many a soak makes: $FAKEWIRE_EXCHANGES, or enough to see a leak.
func exchanges(t *testing.T) int {
	text := os.Getenv("FAKEWIRE_EXCHANGES")
	if text == "" {
		return 10_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("FAKEWIRE_EXCHANGES: %v", err)
	}
	return n
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// With a limit, memory does not grow with what passes.
func TestLimitBoundsMemory(t *testing.T) {
	text := []byte("0123456789")
	for why, exchange := range map[string]func(rec *Recorder, in, out *Lane, n int){
		"a stream": func(rec *Recorder, in, out *Lane, n int) {
			in.Append(transcript.Data, text)
			out.Append(transcript.Data, text)
		},
		"a stream that is looked at": func(rec *Recorder, in, out *Lane, n int) {
			in.Append(transcript.Data, text)
			out.Append(transcript.Data, text)
			rec.Snapshot().Conn(1).Omitted(transcript.FromClient)
		},
		"a stream with faults": func(rec *Recorder, in, out *Lane, n int) {
			in.Append(transcript.Data, text)
			in.Add(transcript.Event{Kind: transcript.Fault, Rule: "corrupt.FromClient.1", Text: "bit " + strconv.Itoa(n)})
			out.Append(transcript.Data, text)
			out.Add(transcript.Event{Kind: transcript.Fault, Rule: "slice.ToClient.1", Text: "boundary confirmed"})
		},
		"datagrams": func(rec *Recorder, in, out *Lane, n int) {
			in.Datagram(1, "a:1", int64(n), text)
			out.Datagram(1, "a:1", int64(n), text)
		},
		"datagrams with faults, empty ones and refused ones, out of order": func(rec *Recorder, in, out *Lane, n int) {
			lost := transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Fault, Offset: int64(n), Peer: "a:1", Rule: "loss.FromClient.1", Text: "lost"}
			in.RecordDatagram(1, "a:1", int64(n), in.Stash(text[:n%3]), []transcript.Event{lost})
			out.Datagram(1, "a:1", int64(n^1), text[:n%2])
			rec.Add(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.DatagramUnsent, Offset: int64(n ^ 1), Peer: "a:1", Text: "refused"})
			rec.Add(transcript.Event{Direction: transcript.FromClient, Kind: transcript.Drop, Count: 1})
		},
		"going down and up": func(rec *Recorder, in, out *Lane, n int) {
			rec.Add(transcript.Event{Kind: transcript.Refused, Text: "down: refusing connections"})
			rec.Add(transcript.Event{Kind: transcript.Note, Text: "up: taking connections"})
		},
	} {
		for _, limit := range []int64{-1, 1000} {
			t.Run(why+", "+strconv.Itoa(int(limit)), func(t *testing.T) {
				rec := newTestRecorder(limit)
				in, out := rec.Lane(1, transcript.FromClient), rec.Lane(1, transcript.ToClient)
				if why[0] == 'd' {
					in, out = rec.Lane(0, transcript.FromClient), rec.Lane(0, transcript.ToClient)
				}
				const first = 2000
				for n := 1; n <= first; n++ {
					exchange(rec, in, out, n)
				}
				before, events, sum := heap(), rec.Snapshot().Len(), exchanges(t)
				for n := first + 1; n <= sum; n++ {
					exchange(rec, in, out, n)
					if n%first != 0 {
						continue
					}
					if got := rec.Snapshot().Len(); got != events {
						t.Fatalf("%d events after %d exchanges, %d after %d", events, first, got, n)
					}
				}
				grown := heap() - before
				if grown > 256<<10 {
					t.Errorf("%d exchanges took %d bytes, want none", sum-first, grown)
				}
				t.Logf("%d exchanges: %d events, %d bytes more", sum, events, grown)
				runtime.KeepAlive(rec)
			})
		}
	}
}
