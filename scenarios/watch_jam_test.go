package scenarios

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

func TestJam(t *testing.T) {
	const many, pause = 20 * looks, 2 * looks
	waits := func(n uint64) []socket { return []socket{{unsent: n}, {port: 1}} }
	for _, c := range []struct {
		Why    string
		Heard  int                       // bytes that the collector has read
		Look   func(i int) []socket      // what the kernel says at look i
		Logged func(i int) (int64, bool) // how many lines were logged at look i, and whether those are all
		Want   bool
	}{
		{"what waits stays the same, and more is logged", 1, func(int) []socket { return waits(5) }, func(i int) (int64, bool) { return int64(i), false }, true},
		{"what waits stays the same, but there is room for more", 1, func(int) []socket { return []socket{{unsent: 5, room: true}} }, func(i int) (int64, bool) { return int64(i), true }, false},
		{"what waits grows", 1, func(i int) []socket { return waits(uint64(i)) }, func(i int) (int64, bool) { return int64(i), false }, false},
		{"what waits grows, after the end of the flood", 1, func(i int) []socket { return waits(uint64(i + 1)) }, func(i int) (int64, bool) { return int64(i), true }, false},
		{"the collector has read nothing", 0, func(int) []socket { return waits(5) }, func(i int) (int64, bool) { return int64(i), true }, false},
		{"nothing waits, and more is logged", 1, func(int) []socket { return waits(0) }, func(i int) (int64, bool) { return int64(i), false }, false},
		{"nothing waits, but the caller does", 1, func(int) []socket { return waits(0) }, func(int) (int64, bool) { return 7, false }, true},
		{"nothing waits, though all was logged", 1, func(int) []socket { return nil }, func(i int) (int64, bool) { return int64(i), true }, true},
		{"its logger sends in batches with pauses between them, and the last third of the buffer has room for some", 1, func(i int) []socket {
			return []socket{{unsent: uint64(1 + i/pause), room: i < pause}}
		}, func(i int) (int64, bool) { return int64(i), true }, false},
		{"its logger has sent in batches, and there is no room for another", 1, func(i int) []socket {
			return []socket{{unsent: uint64(1 + min(i/pause, 3)), room: i < pause}}
		}, func(i int) (int64, bool) { return int64(i), true }, true},
		{"its logger gives each socket up when it is full", 1, func(i int) []socket { return []socket{{port: uint16(i / 3), unsent: uint64(i/3 + 1)}} }, func(i int) (int64, bool) { return int64(i), false }, true},
		{"its logger gives each socket up when it is full, and the kernel keeps them", 1, func(i int) []socket {
			return []socket{{port: 1, unsent: 5, orphan: true}, {port: 2, unsent: uint64(i)}}
		}, func(i int) (int64, bool) { return int64(i), false }, true},
		{"what the kernel keeps is another connection's", 1, func(i int) []socket { return []socket{{port: 7, unsent: 5, orphan: true}} }, func(i int) (int64, bool) { return int64(i), false }, false},
		{"its logger gives sockets up in which there is room", 1, func(i int) []socket { return []socket{{port: uint16(i), unsent: 5, room: true}} }, func(i int) (int64, bool) { return int64(i), false }, false},
		{"nothing waits any more, now and then", 1, func(i int) []socket { return waits(uint64(i % looks)) }, func(int) (int64, bool) { return 7, true }, false},
	} {
		t.Run(c.Why, func(t *testing.T) {
			r := transcripttest.New(transcript.Header{}, 0)
			r.Add(transcript.Event{Conn: 1, Kind: transcript.Accept, Peer: "127.0.0.1:1"})
			r.Add(transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Data, Data: make([]byte, c.Heard)})
			record := r.Transcript()
			j := new(jam)
			stands := j.stands(func() transcript.Transcript { return record })
			got := false
			for i := range many {
				lines, all := c.Logged(i)
				j.lines.Store(lines)
				j.all.Store(all)
				got = got || stands(c.Look(i))
			}
			if got != c.Want {
				t.Errorf("a jam: %v, want %v", got, c.Want)
			}
		})
	}
}

func TestBlockedSoonAfterAPause(t *testing.T) {
	holds := blocked()
	const pause = 5 * looks
	for i := range pause + looks + 1 {
		got := holds([]socket{{unsent: uint64(1 + i/pause), room: i < pause}})
		if want := i == pause+looks; got != want {
			t.Fatalf("blocked at look %d, after a pause of %d: %v, want %v", i, pause, got, want)
		}
	}
}
