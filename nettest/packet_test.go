package nettest_test

import (
	"context"
	"net"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/nettest"
)

func TestPacketConnCountsDrops(t *testing.T) {
	n := nettest.Network{PacketBuffer: 10 * (100 + 768)}
	pc, err := n.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	wantError(t, "ListenPacket", err, nil)
	c, err := n.DialContext(context.Background(), "udp", pc.LocalAddr().String())
	wantError(t, "Dial", err, nil)
	for i := range 25 {
		p := make([]byte, 100)
		p[0] = byte(i)
		c.Write(p)
	}
	sock := pc.(*nettest.PacketConn)
	drops, _ := sock.Drops()
	waiting, _ := sock.Waiting()
	if drops != 15 || waiting != 10 {
		t.Errorf("%d dropped, %d waiting; want 15 and 10", drops, waiting)
	}
	p := make([]byte, 200)
	for i := range 10 {
		if k, _, err := pc.ReadFrom(p); k != 100 || p[0] != byte(i) || err != nil {
			t.Errorf("datagram %d: %d bytes, the first %d, %v", i, k, p[0], err)
		}
	}
	wantWrite(t, c, "again", 5, nil)
	if waiting, _ = sock.Waiting(); waiting != 1 {
		t.Error("the buffer is not free again")
	}
}

func TestPacketSizesOfIPv6(t *testing.T) {
	var n nettest.Network
	pc, err := n.ListenPacket(t.Context(), "udp6", "[::1]:0")
	wantError(t, "ListenPacket", err, nil)
	c, err := n.DialContext(context.Background(), "udp", pc.LocalAddr().String())
	wantError(t, "Dial", err, nil)
	_, err = c.Write(make([]byte, 65527))
	wantError(t, "Write", err, nil)
	_, err = c.Write(make([]byte, 65528))
	wantError(t, "Write", err, syscall.EMSGSIZE)
	_, err = pc.WriteTo(nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1})
	wantError(t, "WriteTo", err, syscall.ENETUNREACH)
}
