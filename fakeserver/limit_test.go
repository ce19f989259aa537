package fakeserver_test

import (
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// exchanges is how many a soak makes: $FAKEWIRE_EXCHANGES, or enough to see a leak.
func exchanges(t *testing.T) int {
	text := os.Getenv("FAKEWIRE_EXCHANGES")
	if text == "" {
		return 5000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("FAKEWIRE_EXCHANGES: %v", err)
	}
	return n
}

func heapInUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// With a limit, a server takes no more memory after many exchanges than after a few, and
// has counted every byte.
func TestRecordLimitBoundsMemory(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, RecordLimit: -1})
	c := dial(t, srv)
	answer := make([]byte, 10)
	exchange := func(n int) {
		for i := range n {
			if i%1000 == 0 {
				c.SetDeadline(time.Now().Add(patience))
			}
			send(t, c, "0123456789")
			if _, err := io.ReadFull(c, answer); err != nil {
				t.Fatal(err)
			}
		}
	}
	exchange(100)
	n := exchanges(t)
	before, events := heapInUse(), srv.Transcript().Len()
	exchange(n)
	grown, tr := heapInUse()-before, srv.Transcript()
	t.Logf("%d exchanges: %d bytes more", n, grown)
	if grown > 256<<10 || tr.Len() != events {
		t.Errorf("%d exchanges took %d bytes and %d events, want none", n, grown, tr.Len()-events)
	}
	want := int64(10 * (n + 100))
	if in, out := tr.Omitted(transcript.FromClient), tr.Omitted(transcript.ToClient); in != want || out != want {
		t.Errorf("%d and %d bytes are omitted, want %d each", in, out, want)
	}
}

// Reads are as large as without a limit, though their memory is used again.
func TestRecordLimitReadsMuchAtOnce(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{RecordLimit: -1})
	c := dial(t, srv)
	const size = 16 << 20
	if _, err := c.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	c.Close()
	wait(t, srv, ended(1))
	tr := srv.Transcript()
	var reads int64
	for e := range tr.Kind(transcript.Data).All() {
		reads += e.Times
	}
	if n := tr.Omitted(transcript.FromClient); n != size || reads > size/4096 {
		t.Errorf("%d bytes in %d reads, want %d in large ones", n, reads, size)
	}
}

// BenchmarkRecordLimit is a sink on loopback that keeps all, or nothing.
func BenchmarkRecordLimit(b *testing.B) {
	for name, limit := range map[string]int64{"all": 0, "none": -1} {
		b.Run(name, func(b *testing.B) {
			const size = 64 << 10
			srv := fakeserver.Start(b, fakeserver.Config{RecordLimit: limit})
			c := dial(b, srv)
			p := make([]byte, size)
			b.SetBytes(size)
			for b.Loop() {
				if _, err := c.Write(p); err != nil {
					b.Fatal(err)
				}
			}
			c.Close()
		})
	}
}

// Of acts that the limit has made one event, each counts.
func TestFiredSinceCountsEachActPastALimit(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, RecordLimit: -1, Faults: plan(fault.ToClient(fault.Slice{Size: 1}).Named("cut"))})
	c := dial(t, srv)
	const n = 300
	for range 2 {
		send(t, c, strings.Repeat("a", n))
		wantExactly(t, c, strings.Repeat("a", n))
		for _, wrong := range servertest.WrongFirings(srv) {
			t.Error(wrong)
		}
		mark := srv.Mark()
		before := srv.FiredSince("cut", transcript.Mark{})
		send(t, c, strings.Repeat("a", n))
		wantExactly(t, c, strings.Repeat("a", n))
		if got, all := srv.FiredSince("cut", mark), srv.FiredSince("cut", transcript.Mark{}); got != n || all != before+n {
			t.Errorf("it has acted %d times, and before %d; since the mark %d, want %d", all, before, got, n)
		}
	}
}
