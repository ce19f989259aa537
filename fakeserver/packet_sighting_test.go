package fakeserver

import (
	"net"
	"slices"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A socket is looked for once for all that one read gives of it. It may be found gone, when another peer is new, before the last of
// that is handed on.
func TestSightingOfASocketThatWasMissedMeanwhile(t *testing.T) {
	const mine, other = owner(7), owner(8)
	gone := func(sent int64) sighting { return sighting{owner: gone, sent: sent} }
	missed := sighting{owner: mine, heard: true}.missed(3)
	for _, tt := range []struct {
		why      string
		s, now   sighting
		excludes bool
	}{
		{"it was looked for before it was missed", missed, sighting{owner: mine}, false},
		{"another has the address", missed, sighting{owner: other}, true},
		{"it was sent before it was missed", missed, gone(3), false},
		{"it was sent after it was missed", missed, gone(4), true},
		{"it is missed again", missed.missed(5), sighting{owner: mine}, false},
		{"it was there, and then gone", sighting{owner: mine}.then(gone(1)), sighting{owner: mine}, false},
		{"it was there, and then gone twice", sighting{owner: mine}.then(gone(1)).then(gone(1)), sighting{owner: mine}, false},
		{"it was missed, and what it had sent came after that", missed.then(sighting{owner: mine}), sighting{owner: mine}, false},
		{"another, gone as well, has sent after it was missed, and after what it had sent came", missed.then(sighting{owner: mine}), gone(4), true},
		{"nothing was known of it before it was gone", gone(1), sighting{owner: mine}, true},
	} {
		if got := tt.s.excludes(tt.now); got != tt.excludes {
			t.Errorf("%s: excludes = %v, want %v", tt.why, got, tt.excludes)
		}
	}
}

// One read may give datagrams of which the first ones come right after those that were looked for, and the next ones much later: those
// may be another socket's.
func TestSightingOfAnAddressThatChangedHandsWithinARead(t *testing.T) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := WrapPacketConn(pc, PacketConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.sock.owners == nil {
		t.Skip("this kernel does not tell whose a datagram is")
	}
	from := &net.UDPAddr{IP: net.IPv4(127, 77, 0, 3)}
	open := func() net.PacketConn {
		s, err := net.ListenUDP("udp", from)
		if err != nil {
			t.Fatal(err)
		}
		from = s.LocalAddr().(*net.UDPAddr)
		return s
	}
	deliver := func(arrived ...time.Duration) {
		var all []kernel.Message
		for _, at := range arrived {
			all = append(all, kernel.Message{Data: []byte("x"), From: addrPortOf(from), Arrived: at})
		}
		c.sock.deliver(&c.in, func([]byte, int) ([]kernel.Message, error) { return all, nil })
	}
	const second = time.Second
	one := open()
	deliver(second)
	one.Close()
	defer open().Close()
	deliver(second+tooSoon/2, second+tooSoon, second+5*tooSoon, second+6*tooSoon)
	var peers []int
	for e := range c.Transcript().Kind(transcript.Datagram).All() {
		peers = append(peers, e.Conn)
	}
	if want := []int{1, 1, 1, 2, 2}; !slices.Equal(peers, want) {
		t.Errorf("the datagrams are of peers %v, want %v", peers, want)
	}
}
