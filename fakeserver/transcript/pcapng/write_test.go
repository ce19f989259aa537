package pcapng_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
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

// The packets of a connection are those that TCP would have sent, with the times of the events.
func TestWriteStream(t *testing.T) {
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		time.Sleep(time.Second)
		i, o := r.Lane(1, in), r.Lane(1, out)
		i.Append(transcript.Data, []byte("ping"))
		o.Append(transcript.Data, []byte("pong!"))
		o.Add(transcript.Event{Kind: transcript.FIN})
		i.Add(transcript.Event{Kind: transcript.RST})
		r.Add(transcript.Event{Conn: 1, Kind: transcript.Close})
	})
	f := write(t, rec)
	f.wantLines(t,
		"10.0.0.2 -> 10.0.0.1 SYN 0 \"\"",
		"10.0.0.1 -> 10.0.0.2 SYN+ACK 0 ack 1 \"\"",
		"10.0.0.2 -> 10.0.0.1 ACK 1 ack 1 \"\"",
		"10.0.0.2 -> 10.0.0.1 PSH+ACK 1 ack 1 \"ping\"",
		"10.0.0.1 -> 10.0.0.2 ACK 1 ack 5 \"\"",
		"10.0.0.1 -> 10.0.0.2 PSH+ACK 1 ack 5 \"pong!\"",
		"10.0.0.2 -> 10.0.0.1 ACK 5 ack 6 \"\"",
		"10.0.0.1 -> 10.0.0.2 FIN+ACK 6 ack 5 \"\"",
		"10.0.0.2 -> 10.0.0.1 ACK 5 ack 7 \"\"",
		"10.0.0.2 -> 10.0.0.1 RST+ACK 5 ack 7 \"\"",
	)
	began := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	if a, b := f.frames[2].at, f.frames[3].at; !a.Equal(began) || !b.Equal(began.Add(time.Second)) {
		t.Errorf("the times are %v and %v, want %v and a second later", a, b, began)
	}
	wantComments(t, f.frames[9].comments, "rst", "close")
}

// What was taken back is in no packet, and a comment says so.
func TestWriteLeavesOutWhatDidNotLeave(t *testing.T) {
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		o := r.Lane(1, out)
		for _, text := range []string{"abcdef", "ghi", "GHI", "jkl"} {
			o.Append(transcript.Data, []byte(text))
			switch text {
			case "abcdef":
				o.Unsend(2, "refused") // "ef"
			case "ghi":
				o.Unsend(3, "refused")
			}
		}
		o.Add(transcript.Event{Kind: transcript.FIN})
		o.UnsendFIN("refused")
		o.Add(transcript.Event{Kind: transcript.Unsent, Count: 7, Text: "not due"}) // which were never recorded
		o.Add(transcript.Event{Kind: transcript.RST, Count: 4})
	})
	f := write(t, rec)
	if want := "abcdGHIjkl"; string(rec.Transcript.ToClient()) != want {
		t.Fatalf("the record has %q", rec.Transcript.ToClient())
	}
	f.wantLines(t,
		"10.0.0.2 -> 10.0.0.1 SYN 0 \"\"",
		"10.0.0.1 -> 10.0.0.2 SYN+ACK 0 ack 1 \"\"",
		"10.0.0.2 -> 10.0.0.1 ACK 1 ack 1 \"\"",
		"10.0.0.1 -> 10.0.0.2 PSH+ACK 1 ack 1 \"abcd\"",
		"10.0.0.2 -> 10.0.0.1 ACK 1 ack 5 \"\"",
		"10.0.0.1 -> 10.0.0.2 PSH+ACK 5 ack 1 \"GHI\"",
		"10.0.0.2 -> 10.0.0.1 ACK 1 ack 7 \"\"", // four bytes were kept from the client
		"10.0.0.1 -> 10.0.0.2 PSH+ACK 8 ack 1 \"jkl\"",
		"10.0.0.1 -> 10.0.0.2 RST+ACK 11 ack 1 \"\"",
	)
	wantComments(t, f.frames[3].comments, "data @0, 6 B (of which 4 left)")
	wantComments(t, f.frames[5].comments, "unsent", `"ghi" (it did not leave)`)
	wantComments(t, f.frames[8].comments, "fin       @10 (it did not leave)", "fin-unsent", "count 7 not due", "rst")
}

// What is taken back in two steps is taken back to the lower offset.
func TestWriteLeavesOutWhatWasTakenBackTwice(t *testing.T) {
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		o := r.Lane(1, out)
		o.Append(transcript.Data, []byte("abcdef"))
		o.Append(transcript.Data, []byte("gh"))
		o.Unsend(1, "refused")
		o.Unsend(4, "refused")
		o.Append(transcript.Data, []byte("D"))
	})
	var all strings.Builder
	for _, line := range write(t, rec).lines() {
		if _, quoted, _ := strings.Cut(line, "PSH"); quoted != "" {
			all.WriteString(quoted)
		}
	}
	if got, want := all.String(), `+ACK 1 ack 1 "abc"+ACK 4 ack 1 "D"`; got != want {
		t.Errorf("what left is %s, want %s", got, want)
	}
}

// A client's RST comes after its bytes, of which the server has read some after it knew of the RST.
func TestWriteClientsResetComesAfterItsBytes(t *testing.T) {
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		i, o := r.Lane(1, in), r.Lane(1, out)
		i.Append(transcript.Data, []byte("ab"))
		i.Add(transcript.Event{Kind: transcript.RST})
		o.Append(transcript.Data, []byte("xyz"))
		o.Unsend(3, "reset")
		time.Sleep(time.Second)
		i.Append(transcript.Data, []byte("cd"))
		i.Append(transcript.Discarded, []byte("ef"))
		r.Add(transcript.Event{Conn: 1, Kind: transcript.Close})
	})
	f := write(t, rec)
	if got, want := f.lines()[len(f.frames)-1], "10.0.0.2 -> 10.0.0.1 RST+ACK 7 ack 1 \"\""; got != want {
		t.Errorf("the last packet is %s, want %s\n%v", got, want, f)
	}
	last := f.frames[len(f.frames)-1]
	wantComments(t, last.comments, "rst       @2 (the bytes before it were read later)")
	if at := last.at.Sub(f.frames[0].at); at != time.Second {
		t.Errorf("it comes after %v, want a second, as the bytes do", at)
	}
}

// An RST comes after the FIN of its side, if there was one, and nothing is acknowledged any more.
func TestWriteResetAfterAFIN(t *testing.T) {
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		i, o := r.Lane(1, in), r.Lane(1, out)
		o.Add(transcript.Event{Kind: transcript.FIN})
		o.Add(transcript.Event{Kind: transcript.RST})
		i.Append(transcript.Data, []byte("late"))
	})
	f := write(t, rec)
	f.wantLines(t, append(f.lines()[:3],
		"10.0.0.1 -> 10.0.0.2 FIN+ACK 1 ack 1 \"\"",
		"10.0.0.2 -> 10.0.0.1 ACK 1 ack 2 \"\"",
		"10.0.0.1 -> 10.0.0.2 RST+ACK 2 ack 1 \"\"",
		"10.0.0.2 -> 10.0.0.1 PSH+ACK 1 ack 2 \"late\"",
	)...)
}

// Datagrams that were taken back are not there.
func TestWriteDatagrams(t *testing.T) {
	h := transcript.Header{Network: "udp", Address: "[::1]:53"}
	rec := recorded(t, h, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "[::1]:5000"))
		r.Lane(1, in).Datagram(1, "[::1]:5000", 1, []byte("q"))
		r.Add(transcript.Event{Conn: 1, Direction: in, Kind: transcript.Fault, Offset: 1, Peer: "[::1]:5000", Rule: "loss"})
		o := r.Lane(0, out)
		o.Datagram(1, "[::1]:5000", 1, []byte("a"))
		o.Datagram(1, "[::1]:5000", 2, []byte("b"))
		r.Add(transcript.Event{Conn: 1, Direction: out, Kind: transcript.DatagramUnsent, Offset: 2, Peer: "[::1]:5000", Text: "too long"})
		o.Datagram(1, "[::1]:5000", 3, []byte{})
		r.Add(transcript.Event{Kind: transcript.Drop, Count: 3})
	})
	f := write(t, rec)
	f.wantLines(t, `::1 -> ::1 udp 5000>53 "q"`, `::1 -> ::1 udp 53>5000 "a"`, `::1 -> ::1 udp 53>5000 ""`)
	wantComments(t, f.frames[0].comments, "accept", "datagram #1, 1 B")
	wantComments(t, f.frames[1].comments, "fault     #1 [::1]:5000 loss")
	wantComments(t, f.frames[2].comments, `"b" (it did not leave)`, "datagram-unsent", "datagram #3, 0 B", "drop      count 3")
}

// Bytes that the limit did not let the record keep are packets that were not captured whole.
func TestWriteWhatALimitDidNotKeep(t *testing.T) {
	rec := recorded(t, tcp, 3, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		i, o := r.Lane(1, in), r.Lane(1, out)
		i.Append(transcript.Data, []byte("abcdef"))
		i.Append(transcript.Data, make([]byte, 70_000))
		o.Append(transcript.Data, []byte("answer"))
		o.Unsend(2, "refused")
		i.Add(transcript.Event{Kind: transcript.FIN})
	})
	f := write(t, rec)
	f.wantLines(t,
		"10.0.0.2 -> 10.0.0.1 SYN 0 \"\"",
		"10.0.0.1 -> 10.0.0.2 SYN+ACK 0 ack 1 \"\"",
		"10.0.0.2 -> 10.0.0.1 ACK 1 ack 1 \"\"",
		"10.0.0.2 -> 10.0.0.1 PSH+ACK 1 ack 1 \"abc\"",
		"10.0.0.1 -> 10.0.0.2 ACK 1 ack 4 \"\"",
		"10.0.0.2 -> 10.0.0.1 ACK 4 ack 1 \"\" and 65495 bytes that were not captured",
		"10.0.0.1 -> 10.0.0.2 ACK 1 ack 65499 \"\"",
		"10.0.0.2 -> 10.0.0.1 PSH+ACK 65499 ack 1 \"\" and 4508 bytes that were not captured",
		"10.0.0.1 -> 10.0.0.2 ACK 1 ack 70007 \"\"",
		"10.0.0.1 -> 10.0.0.2 PSH+ACK 1 ack 70007 \"\" and 4 bytes that were not captured",
		"10.0.0.2 -> 10.0.0.1 ACK 70007 ack 5 \"\"",
		"10.0.0.2 -> 10.0.0.1 FIN+ACK 70007 ack 5 \"\"",
		"10.0.0.1 -> 10.0.0.2 ACK 5 ack 70008 \"\"",
	)
	wantComments(t, f.frames[5].comments, "70003 bytes from offset 3 on were not kept in the record")
	wantComments(t, f.frames[9].comments, "(of which 4 left)")
}

// Of very many bytes that were not kept there are packets for the first, and a comment about the rest.
func TestWriteBoundsWhatWasNotKept(t *testing.T) {
	rec := recorded(t, tcp, -1, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		r.Add(transcript.Event{Conn: 1, Direction: in, Kind: transcript.Data, Count: 1 << 40})
		r.Add(transcript.Event{Conn: 1, Direction: in, Kind: transcript.FIN, Offset: 1 << 40})
	})
	f := write(t, rec)
	if len(f.frames) > 40_000 {
		t.Errorf("%d packets", len(f.frames))
	}
	wantComments(t, f.frames[3].comments, "only the first 1073741824 of them have packets")
}

// Datagrams that the limit kept out are packets if their sizes are known.
func TestWriteDatagramsThatALimitDidNotKeep(t *testing.T) {
	h := transcript.Header{Network: "udp", Address: "10.0.0.1:53"}
	peer := "10.0.0.2:5000"
	rec := recorded(t, h, -1, func(r *record.Recorder) {
		r.Add(accepted(1, peer))
		r.Lane(1, in).Datagram(1, peer, 1, []byte("12345"))
		o := r.Lane(0, out)
		o.Datagram(1, peer, 1, []byte("1"))
		o.Datagram(1, peer, 2, []byte("22"))
		for n := range int64(1500) {
			r.Lane(0, in).Datagram(1, peer, 2+n, nil)
		}
	})
	f := write(t, rec)
	if n := len(f.frames); n != 1+1000 {
		t.Fatalf("%d packets, want 1 and 1000:\n%v", n, f)
	}
	if got, want := f.lines()[0], `10.0.0.2 -> 10.0.0.1 udp 5000>53 "" and 5 bytes that were not captured`; got != want {
		t.Errorf("the first is %s, want %s", got, want)
	}
	wantComments(t, f.frames[1].comments, "3 B in 2 datagrams", "datagram #2, 0 B", "stands for 1500 datagrams: here are 1000")
}

// A large write is several segments.
func TestWriteCutsSegments(t *testing.T) {
	for address, size := range map[string]int{"10.0.0.1:80": 65495, "[fd00::1]:80": 65475} {
		rec := recorded(t, transcript.Header{Network: "tcp", Address: address}, 0, func(r *record.Recorder) {
			r.Add(accepted(1, strings.Replace(address, "1:80", "2:5000", 1)))
			r.Add(accepted(1, strings.Replace(address, "1]:80", "2]:5000", 1)))
			r.Lane(1, in).Append(transcript.Data, make([]byte, 2*size+1))
		})
		f := write(t, rec)
		var sizes []int
		for _, x := range f.frames {
			if n := len(x.data); n > 100 {
				sizes = append(sizes, n)
			}
		}
		if !slices.Equal(sizes, []int{65535, 65535}) {
			t.Errorf("to %s: packets of %v bytes, want two as large as can be", address, sizes)
		}
	}
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

// The section says where the recording is from, and what became of each rule.
func TestWriteTellsTheOrigin(t *testing.T) {
	report, err := fault.Report{Rules: []fault.Outcome{
		{Key: "cut", Rule: fault.ToClient(fault.Reset{}).Named("cut"), State: fault.Fired, Count: 1, Conn: 1, Offset: 3},
		{Key: "late", Rule: fault.ToClient(fault.Reset{}).Named("late")},
	}}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	rec := recorded(t, tcp, 0, func(r *record.Recorder) { r.Add(accepted(1, "")) })
	wantComments(t, write(t, rec).section, "srv (tcp 10.0.0.1:80)", "what became of the rules is not told")
	rec.Origin = transcript.Origin{Test: "TestX", Rerun: "go test -run '^TestX$'", Seed: 7, Plan: []byte(`{"rules":[1]}`)}
	rec.Changes = []transcript.Change{{After: 5, Plan: []byte(`{"rules":[2]}`)}}
	rec.Report = report
	wantComments(t, write(t, rec).section, "test: TestX", "run it again: go test -run '^TestX$'", "seed: 0x7", `plan: {"rules":[1]}`, `plan after event 5: {"rules":[2]}`,
		"rule cut: fired once, on conn 1 at byte 3", "rule late: not reached")
	rec.Report = []byte(`{"no":"report"}`)
	wantComments(t, write(t, rec).section, `can't be read`, `{"no":"report"}`)
	rec.Report = []byte(`{}`)
	if !strings.Contains(strings.Join(write(t, rec).section, "\n"), "rules") {
		t.Error("nothing is said of the rules")
	}
}

// Events that are no packets are on the packets of their connection, or on any if they are of none.
func TestWriteEventsThatAreNoPackets(t *testing.T) {
	note := func(n int, text string) transcript.Event {
		return transcript.Event{Conn: n, Kind: transcript.Note, Text: text}
	}
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(note(0, "the server begins"))
		r.Add(note(3, "a connection without packets"))
		r.Add(accepted(1, "10.0.0.2:5000")) // frame 0
		r.Add(note(1, "before its data"))
		r.Add(accepted(2, "10.0.0.2:5001")) // frame 3
		r.Add(note(2, "after all of its own"))
		r.Add(note(0, "in the middle"))
		r.Lane(1, in).Append(transcript.Data, []byte("x")) // frame 6
		r.Add(note(1, "its end"))
		r.Add(note(0, "the server ends"))
	})
	f := write(t, rec)
	for i, want := range map[int][]string{
		0: {"the server begins", "a connection without packets", "accept"},
		3: {"accept", "after all of its own"},
		6: {"in the middle", "before its data", "data @0", "its end", "the server ends"},
	} {
		got := f.frames[i].comments
		for j := range max(len(want), len(got)) {
			if j >= len(got) || j >= len(want) || !strings.Contains(got[j], want[j]) {
				t.Errorf("packet %d has the comments %q, want %q", i, got, want)
				break
			}
		}
	}
	rec = recorded(t, tcp, 0, func(r *record.Recorder) { r.Add(transcript.Event{Kind: transcript.Refused, Text: "down"}) })
	f = write(t, rec)
	wantComments(t, f.section, "refused   down")
	if len(f.frames) != 0 {
		t.Errorf("%d packets, want none", len(f.frames))
	}
}

// A comment that is too long for one is several; and where there are too many for a block, it is said how many.
func TestWriteLongComments(t *testing.T) {
	long := strings.Repeat("é\x00", 50_000) + "END"
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		r.Add(transcript.Event{Conn: 1, Kind: transcript.Error, Text: long})
		r.Add(transcript.Event{Conn: 1, Kind: transcript.Error, Text: "after it"})
	})
	f := write(t, rec)
	var joined strings.Builder
	for _, c := range f.frames[0].comments {
		joined.WriteString(strings.TrimPrefix(c, "(continued) "))
	}
	if n := len(f.frames[0].comments); n < 4 || !strings.Contains(joined.String(), strings.ReplaceAll(long, "\x00", `\x00`)) {
		t.Errorf("%d comments, and not all of the text is in them", n)
	}
	wantComments(t, f.frames[0].comments, "after it")

	rec = recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		for range 20_000 {
			r.Add(transcript.Event{Conn: 1, Kind: transcript.Error, Text: strings.Repeat("x", 50)})
		}
		r.Add(transcript.Event{Conn: 1, Kind: transcript.Error, Text: strings.Repeat("x", 2<<20)})
	})
	f = write(t, rec)
	wantComments(t, f.frames[0].comments, "more events up to event 20002, for which there is no room here")

	rec.Origin.Plan = []byte(strings.Repeat("p", 2<<20))
	rec.Origin.Test = "TestX"
	wantComments(t, write(t, rec).section, "bytes more: the recording has them", "test: TestX")
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

// A part of a recording is a capture that began in the middle.
func TestWriteAPart(t *testing.T) {
	var mark transcript.Mark
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		i := r.Lane(1, in)
		i.Append(transcript.Data, []byte("before"))
		mark = r.Mark()
		i.Append(transcript.Data, []byte("after"))
		r.Lane(1, out).Append(transcript.Data, []byte("answer"))
	})
	rec.Transcript = rec.Transcript.Since(mark)
	write(t, rec).wantLines(t,
		"2001:db8:0:1::1 -> ::ffff:10.0.0.1 PSH+ACK 7 ack 1 \"after\"",
		"::ffff:10.0.0.1 -> 2001:db8:0:1::1 ACK 1 ack 12 \"\"",
		"::ffff:10.0.0.1 -> 2001:db8:0:1::1 PSH+ACK 1 ack 12 \"answer\"",
		"2001:db8:0:1::1 -> ::ffff:10.0.0.1 ACK 12 ack 7 \"\"",
	)
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

// The sum of a datagram that is larger than 128 KiB is right, too. Wireshark's overflows there, as gopacket's does.
func TestWriteSumsLargeDatagrams(t *testing.T) {
	for _, size := range []int{65_536, 212_000, 212_001} {
		rec := recorded(t, transcript.Header{Network: "unixgram", Address: "/tmp/x"}, 0, func(r *record.Recorder) {
			r.Lane(1, in).Datagram(1, "@", 1, bytes.Repeat([]byte{0xff}, size))
		})
		p := write(t, rec).frames[0].data
		const ip, hopByHop = 40, 8
		datagram := p[ip+hopByHop:]
		words := append([]byte{}, p[8:ip]...) // the addresses, the length and the protocol, UDP, come before the datagram
		words = append(binary.BigEndian.AppendUint32(words, uint32(len(datagram))), 0, 0, 0, 17)
		if words = append(words, datagram...); len(words)%2 == 1 {
			words = append(words, 0)
		}
		var sum uint64
		for ; len(words) > 0; words = words[2:] {
			sum += uint64(binary.BigEndian.Uint16(words))
		}
		for sum > 0xffff {
			sum = sum>>16 + sum&0xffff
		}
		if len(datagram) != size+8 || sum != 0xffff {
			t.Errorf("%d bytes are %d with a header, and sum up to %#x, want 0xffff", size, len(datagram), sum)
		}
	}
}
