package pcapng_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

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
