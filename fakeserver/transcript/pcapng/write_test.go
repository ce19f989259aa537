package pcapng_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/pcapng"
)

const (
	in  = transcript.FromClient
	out = transcript.ToClient
)

var tcp = transcript.Header{Name: "srv", Network: "tcp", Address: "10.0.0.1:80"}

// recorded returns what body records, in virtual time that begins with the year 2000.
func recorded(t *testing.T, h transcript.Header, limit int64, body func(*record.Recorder)) (rec transcript.Recording) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		r := record.New(h, limit)
		body(r)
		rec.Transcript = r.Snapshot()
	})
	return rec
}

func accepted(n int, peer string) transcript.Event {
	return transcript.Event{Conn: n, Kind: transcript.Accept, Peer: peer}
}

// What has no IP address gets one, and its name.
func TestWriteStandsIn(t *testing.T) {
	for _, test := range []struct {
		header  transcript.Header
		peer    string
		want    string
		named   string
		comment string
	}{
		{transcript.Header{Network: "unix", Address: "/tmp/a sock"}, "@", "2001:db8:0:1::1 -> 2001:db8::1", "map[2001:db8:0:1::1:conn-1 2001:db8::1:/tmp/a_sock]", "/tmp/a sock"},
		{transcript.Header{Network: "unixgram", Address: "/tmp/s"}, "/tmp/c", "2001:db8:0:1::1 -> 2001:db8::1", "map[2001:db8:0:1::1:/tmp/c 2001:db8::1:/tmp/s]", "/tmp/s"},
		{transcript.Header{Network: "tcp", Address: "collector.example:514"}, "10.0.0.2:5000", "::ffff:10.0.0.2 -> 2001:db8::1", "map[2001:db8::1:collector.example:514]", "collector.example:514"},
		{transcript.Header{Network: "tcp", Address: "10.0.0.1:514"}, "", "2001:db8:0:1::1 -> ::ffff:10.0.0.1", "map[2001:db8:0:1::1:conn-1]", "addresses are as recorded"},
		{transcript.Header{Network: "tcp", Address: "[::1]:514"}, "127.0.0.1:5000", "::ffff:127.0.0.1 -> ::1", "map[]", "addresses are as recorded"},
		{transcript.Header{Network: "udp", Address: "[fe80::1%eth0]:514"}, "[fe80::2%eth0]:5000", "fe80::2 -> fe80::1", "map[]", "addresses are as recorded"},
	} {
		rec := recorded(t, test.header, 0, func(r *record.Recorder) {
			r.Add(accepted(1, test.peer))
			if test.header.IsOfDatagrams() {
				r.Lane(1, in).Datagram(1, test.peer, 1, []byte("x"))
			}
		})
		f := write(t, rec)
		if got := f.lines()[0]; !strings.HasPrefix(got, test.want+" ") {
			t.Errorf("%v: %s, want %s", test.header, got, test.want)
		}
		if got := fmt.Sprint(f.names); got != test.named {
			t.Errorf("%v: names are %s, want %s", test.header, got, test.named)
		}
		wantComments(t, f.wire, test.comment)
		wantComments(t, f.frames[0].comments, strings.TrimSpace("accept    "+test.peer))
	}
}

// A recording that does not say when it began, or says nonsense, begins with 1970.
func TestWriteWithoutAStart(t *testing.T) {
	for _, start := range []time.Time{time.Unix(-5, 0), time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)} {
		h := tcp
		h.Start = start
		r := record.New(h, 0)
		r.Add(accepted(1, ""))
		f := write(t, transcript.Recording{Transcript: r.Snapshot()})
		if at := f.frames[0].at; at.Before(time.Unix(0, 0)) || at.After(time.Unix(0, 0).Add(101*365*24*time.Hour)) {
			t.Errorf("started in %v: the first packet is of %v", start, at)
		}
		wantComments(t, f.section, "times begin in 1970")
	}
	if f := write(t, transcript.Recording{}); len(f.frames) != 0 {
		t.Errorf("an empty recording has %d packets", len(f.frames))
	}
}

// Write returns the error of what it writes to, however late.
func TestWriteReturnsTheWritersError(t *testing.T) {
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, ""))
		r.Lane(1, in).Append(transcript.Data, make([]byte, 1<<20))
	})
	full := errors.New("the disk is full")
	for _, room := range []int{0, 100, 100_000} {
		if err := pcapng.Write(&disk{room, full}, rec); !errors.Is(err, full) {
			t.Errorf("with room for %d bytes: %v", room, err)
		}
	}
}

// A disk has room for some bytes, and then an error.
type disk struct {
	room int
	err  error
}

func (d *disk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, d.err
	}
	return len(p), nil
}

var _ io.Writer = (*disk)(nil)

// bytesOf returns the capture of a recording.
func bytesOf(t testing.TB, rec transcript.Recording) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pcapng.Write(&b, rec); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
