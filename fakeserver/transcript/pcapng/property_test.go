package pcapng_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/pcapng"
)

// Whatever a server can record, the capture has the bytes and datagrams that left, each connection by itself, as gopacket
// puts them together; and each event is in a comment.
func TestAnyRecordIsInItsCapture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawing{t: t}
		d.record()
		rec := transcript.Recording{Transcript: d.r.Snapshot()}
		var b, again bytes.Buffer
		if err := pcapng.Write(&b, rec); err != nil {
			t.Fatal(err)
		}
		if pcapng.Write(&again, rec); !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Fatal("a second capture of the same recording differs")
		}
		if err := compare(b.Bytes(), rec.Transcript); err != nil {
			t.Fatalf("%v\n%s", err, rec.Transcript.Dump())
		}
	})
}

// compare returns in what a capture, as gopacket reads it, differs from the record.
func compare(capture []byte, tr transcript.Transcript) error {
	server := netip.MustParseAddrPort(tr.Header().Address)
	all, err := reassemble(capture, server)
	if err != nil {
		return err
	}
	f, err := read(capture)
	if err != nil {
		return err
	}
	if len(f.frames) != all.packets {
		return fmt.Errorf("gopacket reads %d packets of %d", all.packets, len(f.frames))
	}
	for n := 1; n <= tr.Conns(); n++ {
		if err := all.compare(tr.Conn(n)); err != nil {
			return fmt.Errorf("conn %d: %w", n, err)
		}
	}
	return everyEventIsTold(f, tr)
}

// compare returns in what one connection differs from its record.
func (all *traffic) compare(c transcript.Transcript) error {
	var peer string
	for e := range c.All() {
		if peer = e.Peer; peer != "" {
			break
		}
	}
	s := all.streams[netip.MustParseAddrPort(peer)]
	if s == nil {
		s = &stream{}
	}
	for _, d := range []transcript.Direction{in, out} {
		want := c.ToClient()
		if d == in {
			want = append(c.FromClient(), c.Discarded()...)
		}
		if got := s.data[d]; !bytes.Equal(got, want) {
			return fmt.Errorf("%v the capture has %d bytes, %.40q; the record has %d, %.40q", d, len(got), got, len(want), want)
		}
		if got, want := s.missing[d], c.Omitted(d); got != want && !c.Header().IsOfDatagrams() {
			return fmt.Errorf("%v %d bytes were not captured; the record has not kept %d", d, got, want)
		}
		if got, want := s.ending[d], c.Ending(d); got != want && want != transcript.ByClose && c.Header().Network == "tcp" {
			return fmt.Errorf("%v ended by %v in the capture; in the record by %v", d, got, want)
		}
		if got, want := s.grams[d], c.Datagrams(d); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			return fmt.Errorf("%v the capture has the datagrams %.20q; the record has %.20q", d, got, want)
		}
	}
	return nil
}

// everyEventIsTold returns an error unless each event is in a comment, once.
func everyEventIsTold(f file, tr transcript.Transcript) error {
	told := map[int64]int{}
	for _, text := range append(f.allComments(), f.section...) {
		var seq int64
		if n, _ := fmt.Sscanf(text, "event %d", &seq); n == 1 && !strings.Contains(text, "stands for") {
			told[seq]++
		}
	}
	for e := range tr.All() {
		if told[e.Seq] != 1 {
			return fmt.Errorf("%d comments tell of the event%v", told[e.Seq], e)
		}
	}
	return nil
}

// A drawing records what a server could.
type drawing struct {
	t     *rapid.T
	r     *record.Recorder
	lanes map[int]*[3]*lane
}

// A lane is one direction of one connection, and where it is.
type lane struct {
	*record.Lane
	last int64 // bytes of the last event
	n    int64 // datagrams
	over bool
}

func (d *drawing) int(low, high int, name string) int {
	return rapid.IntRange(low, high).Draw(d.t, name)
}

func (d *drawing) record() {
	h := transcript.Header{Name: "any", Network: rapid.SampledFrom([]string{"tcp", "udp"}).Draw(d.t, "network"), Address: rapid.SampledFrom([]string{"10.0.0.1:80", "[fd00::1]:80"}).Draw(d.t, "address"), Start: time.Now()}
	limit := int64(0)
	if h.Network == "tcp" { // of datagrams that are not kept, sizes may not be known
		limit = rapid.SampledFrom([]int64{0, 0, -1, 10, 1000, 100_000}).Draw(d.t, "limit")
	}
	d.r, d.lanes = record.New(h, limit), map[int]*[3]*lane{}
	conns := d.int(1, 3, "conns")
	for n := 1; n <= conns; n++ {
		d.r.Add(accepted(n, d.peer(n)))
		d.lanes[n] = &[3]*lane{in: {Lane: d.r.Lane(n, in)}, out: {Lane: d.r.Lane(n, out)}}
	}
	for range d.int(0, 30, "events") {
		n, dir := d.int(1, conns, "conn"), rapid.SampledFrom([]transcript.Direction{in, out}).Draw(d.t, "direction")
		if l := d.lanes[n][dir]; h.Network == "tcp" {
			d.inStream(n, dir, l)
		} else {
			d.inDatagrams(n, dir, l)
		}
		if d.int(0, 3, "aside") == 0 {
			kind := rapid.SampledFrom([]transcript.Kind{transcript.Note, transcript.Error, transcript.Refused, transcript.Drop}).Draw(d.t, "kind")
			d.r.Add(transcript.Event{Conn: d.int(0, conns, "of"), Kind: kind, Text: rapid.String().Draw(d.t, "text")})
		}
	}
}

func (d *drawing) peer(n int) string {
	server := netip.MustParseAddrPort(d.r.Snapshot().Header().Address)
	return netip.AddrPortFrom(server.Addr().Next(), uint16(5000+n)).String()
}

func (d *drawing) bytes(most int) []byte {
	n := d.int(1, 20, "bytes")
	if d.int(0, 9, "large") == 0 {
		n = d.int(1, most, "bytes")
	}
	return bytes.Repeat([]byte(rapid.StringMatching(`[a-z]{1,3}`).Draw(d.t, "words")), n)[:n]
}

// inStream records something of a stream, in the order in which it can happen.
func (d *drawing) inStream(n int, dir transcript.Direction, l *lane) {
	if l.over {
		return
	}
	switch d.int(0, 9, "what") {
	default:
		p := d.bytes(150_000)
		l.Append(transcript.Data, p)
		l.last = int64(len(p))
	case 6:
		if dir == out {
			l.Unsend(int64(d.int(0, int(l.last), "unsent")), "refused")
			l.last = 0
		}
	case 7:
		l.Add(transcript.Event{Kind: transcript.FIN})
		if l.over = dir == in || rapid.Bool().Draw(d.t, "left"); !l.over {
			l.UnsendFIN("refused")
		}
	case 8:
		l.Add(transcript.Event{Kind: transcript.RST, Count: int64(d.int(0, 30, "kept"))})
		d.lanes[n][in].over, d.lanes[n][out].over = true, true
	case 9:
		l.Add(transcript.Event{Kind: transcript.Fault, Rule: "rule"})
	}
}

// inDatagrams records something of a peer.
func (d *drawing) inDatagrams(n int, dir transcript.Direction, l *lane) {
	l.n++
	p := d.bytes(65_507)
	if d.int(0, 4, "empty") == 0 {
		p = nil
	}
	l.Datagram(n, d.peer(n), l.n, p)
	if dir == out && d.int(0, 3, "unsent") == 0 {
		d.r.Add(transcript.Event{Conn: n, Direction: out, Kind: transcript.DatagramUnsent, Offset: l.n, Peer: d.peer(n)})
	}
}

// Of events that no server would record, there is a capture, too, and in a limited time.
func TestAnyEventsAreACapture(t *testing.T) {
	number := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 70_000))
	rapid.Check(t, func(t *rapid.T) {
		h := transcript.Header{
			Network: rapid.SampledFrom([]string{"", "tcp", "udp", "unix", "unixgram"}).Draw(t, "network"),
			Address: rapid.OneOf(rapid.SampledFrom([]string{"127.0.0.1:1", "[::1]:1", "/tmp/x"}), rapid.String()).Draw(t, "address"),
			Name:    rapid.String().Draw(t, "name"), Start: time.Unix(rapid.Int64().Draw(t, "start"), 0),
		}
		r := record.New(h, 0)
		for range rapid.IntRange(0, 10).Draw(t, "events") {
			e := transcript.Event{
				Conn: rapid.IntRange(-1, 3).Draw(t, "conn"), Direction: transcript.Direction(rapid.IntRange(0, 2).Draw(t, "direction")),
				Kind: transcript.Kind(rapid.IntRange(0, 20).Draw(t, "kind")), Offset: number.Draw(t, "offset"),
				Count: rapid.Int64Range(-3, 300_000).Draw(t, "count"), Times: number.Draw(t, "times"),
				Peer: rapid.OneOf(rapid.Just("10.0.0.2:5000"), rapid.Just("[fd00::2]:5000"), rapid.String()).Draw(t, "peer"),
				Rule: rapid.String().Draw(t, "rule"), Text: rapid.String().Draw(t, "text"),
			}
			if rapid.Bool().Draw(t, "kept") {
				e.Data = make([]byte, rapid.OneOf(rapid.IntRange(0, 9), rapid.IntRange(0, 300_000)).Draw(t, "bytes"))
			}
			r.Add(e)
		}
		var b bytes.Buffer
		rec := transcript.Recording{Transcript: r.Snapshot()}
		if err := pcapng.Write(&b, rec); err != nil {
			t.Fatal(err)
		}
		f, err := read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		all, err := reassemble(b.Bytes(), netip.AddrPort{})
		if err != nil || all.packets != len(f.frames) {
			t.Fatalf("gopacket reads %v of %d packets: %v", all, len(f.frames), err)
		}
	})
}
