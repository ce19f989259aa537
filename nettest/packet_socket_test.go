package nettest_test

import (
	"context"
	"net"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// A socket with the address of an earlier one is another peer of a fake server, even if both
// were closed before the server read anything.
func TestPacketConnIsKnownByItsSocket(t *testing.T) {
	nettest.Bubble(t, func(tb fakeserver.TB) {
		n := new(nettest.Network)
		server, err := n.ListenPacket(context.Background(), "udp", "127.0.0.1:0")
		if err != nil {
			tb.Fatalf("%v", err)
		}
		pc := fakeserver.StartPacketConn(tb, server, fakeserver.PacketConfig{})
		for range 3 {
			c, err := n.ListenPacket(context.Background(), "udp", "127.0.0.1:5000")
			if err != nil {
				tb.Fatalf("%v", err)
			}
			for range 2 {
				if _, err := c.WriteTo([]byte("hi"), server.LocalAddr()); err != nil {
					tb.Errorf("%v", err)
				}
			}
			c.Close()
		}
		for range 6 {
			if _, _, err := pc.ReadFrom(make([]byte, 10)); err != nil {
				tb.Errorf("%v", err)
			}
		}
		tr := pc.Transcript()
		for conn := 1; conn <= 3; conn++ {
			if got := len(tr.Conn(conn).Datagrams(transcript.FromClient)); got != 2 {
				tb.Errorf("peer %d sent %d, want 2\n%v", conn, got, tr)
			}
		}
	})
}

func TestReadFromSocketTellsSocketsApart(t *testing.T) {
	n := new(nettest.Network)
	pc, err := n.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	seen := map[uint64]bool{}
	for range 5 {
		c, err := n.ListenPacket(t.Context(), "udp", "127.0.0.1:5000")
		if err != nil {
			t.Fatal(err)
		}
		var socket uint64
		for i := range 2 {
			if _, err := c.WriteTo([]byte("hi"), pc.LocalAddr()); err != nil {
				t.Fatal(err)
			}
			size, from, got, err := pc.(*nettest.PacketConn).ReadFromSocket(make([]byte, 10))
			if size != 2 || from.(*net.UDPAddr).Port != 5000 || got == 0 || err != nil {
				t.Errorf("ReadFromSocket = %d, %v, %d, %v", size, from, got, err)
			}
			if i == 1 && got != socket {
				t.Errorf("socket %d became %d", socket, got)
			}
			socket = got
		}
		if seen[socket] {
			t.Errorf("two sockets are number %d", socket)
		}
		seen[socket] = true
		c.Close()
	}
}
