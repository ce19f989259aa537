package fakeserver_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What a server knows of sockets that are gone when it reads what they have sent. A PacketConn reads
// when it is told to, so that each case is exact.
func TestPeerOfADatagramWhoseSocketIsGone(t *testing.T) {
	wantPeersBySocket(t)
	for _, tt := range []struct {
		why string
		// Sockets a and b have one address, one after the other, and others come besides.
		steps string
		want  string // the peers' numbers, as they are read
	}{
		{"it is there", "a sends, read, a sends, read", "1 1"},
		{"it has sent two and is gone", "a sends, a sends, a closes, read, read", "1 1"},
		{"it has sent another and is gone", "a sends, read, a sends, a closes, read", "1 1"},
		{"it was missed before all that it sent is read", "a sends, a sends, a sends, a closes, read, read, read", "1 1 1"},
		{"another took its place", "a sends, read, a closes, b sends, read, b sends, read", "1 2 2"},
		{"another took its place before it was read", "a sends, a closes, read, b sends, read", "1 2"},
		{"another took its place, and both are gone", "a sends, a closes, read, b sends, b closes, read", "1 2"},
		{"another took its place when it was known to be gone", "a sends, read, a closes, other sends, read, b sends, b closes, read", "1 2 3"},
		{"it is gone, and its last is read after another's", "a sends, read, other sends, a sends, a closes, read, read", "1 2 1"},
		{"it was missed after it had sent", "a sends, read, other sends, a sends, a sends, a closes, read, read, read", "1 2 1 1"},
		{"it is long gone, but the socket was never empty", "a sends, a closes, other sends, read, read, b sends, b closes, read", "1 2 3"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			pc := wrapPacket(t)
			c := sockets{t: t, to: pc.LocalAddr().(*net.UDPAddr), open: map[string]*net.UDPConn{}}
			var got []string
			for step := range strings.SplitSeq(tt.steps, ", ") {
				if step == "read" {
					pc.ReadFrom(make([]byte, 10))
					got = append(got, fmt.Sprint(lastSender(pc)))
				} else {
					c.do(step)
				}
			}
			if text := strings.Join(got, " "); text != tt.want {
				t.Errorf("%s: from %s, want %s\n%v", tt.steps, text, tt.want, pc.Transcript())
			}
		})
	}
}

// lastSender returns the peer whose datagram is recorded last.
func lastSender(pc *fakeserver.PacketConn) (n int) {
	for e := range pc.Transcript().Kind(transcript.Datagram).All() {
		n = e.Conn
	}
	return n
}

// sockets are clients, of which a and b have the same address.
type sockets struct {
	t      *testing.T
	to, at *net.UDPAddr
	open   map[string]*net.UDPConn
}

func (s *sockets) do(step string) {
	s.t.Helper()
	name, what, _ := strings.Cut(step, " ")
	if what == "closes" {
		s.open[name].Close()
		return
	}
	if s.open[name] == nil {
		var at *net.UDPAddr
		if name != "other" {
			at = s.at
		}
		c, err := net.DialUDP("udp", at, s.to)
		if err != nil {
			s.t.Fatal(err)
		}
		s.t.Cleanup(func() { c.Close() })
		if name == "a" {
			s.at = c.LocalAddr().(*net.UDPAddr)
		}
		s.open[name] = c
	}
	send(s.t, s.open[name], name)
}

// One that is written to and never answers is known by its socket, too. Where one has sent
// something, what is written to its address is its, until another one sends.
func TestPeerOfAnAddressThatIsWrittenTo(t *testing.T) {
	wantPeersBySocket(t)
	pc := wrapPacket(t)
	at := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	for _, sends := range []bool{false, false, true, false} {
		c, err := net.ListenUDP("udp", at)
		if err != nil {
			t.Fatal(err)
		}
		at = c.LocalAddr().(*net.UDPAddr)
		for range 2 {
			if _, err := pc.WriteTo([]byte("hi"), at); err != nil {
				t.Error(err)
			}
		}
		if sends {
			c.WriteTo([]byte("thanks"), pc.LocalAddr())
			wantFrom(t, pc, "thanks")
		}
		c.Close()
		pc.WriteTo([]byte("too late"), at)
	}
	tr := pc.Transcript()
	for i, want := range [][2]int{{0, 3}, {0, 3}, {1, 6}} { // sent by it, sent to it
		in, out := len(tr.Conn(i+1).Datagrams(transcript.FromClient)), len(tr.Conn(i+1).Datagrams(transcript.ToClient))
		if got := [2]int{in, out}; got != want {
			t.Errorf("peer %d sent and was sent %d, want %d\n%v", i+1, got, want, tr)
		}
	}
}
