package pcapng_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

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
		r.Lane(1, in).Datagram(1, "[::1]:5000", 2, []byte("refused")) // of a proxy's socket to its upstream
		r.Add(transcript.Event{Conn: 1, Direction: in, Kind: transcript.DatagramUnsent, Offset: 2, Peer: "[::1]:5000", Text: "too long"})
	})
	f := write(t, rec)
	f.wantLines(t, `::1 -> ::1 udp 5000>53 "q"`, `::1 -> ::1 udp 53>5000 "a"`, `::1 -> ::1 udp 53>5000 ""`)
	wantComments(t, f.frames[0].comments, "peer 1              accept", "datagram #1, 1 B")
	wantComments(t, f.frames[1].comments, "fault     #1 [::1]:5000 loss")
	wantComments(t, f.frames[2].comments, `"b" (it did not leave)`, "datagram-unsent", "datagram #3, 0 B", "drop      count 3")
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
