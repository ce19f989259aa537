package kernel

import (
	"net"
	"path/filepath"
	"testing"
	"time"
)

// wantWaiting waits for what was sent; what was read is gone at once.
func wantWaiting(t *testing.T, pc net.PacketConn, datagrams int) {
	t.Helper()
	if datagrams > 0 {
		eventually(t, "a datagram waits", func() bool { return count(t, Waiting, pc) != 0 })
	} else if n := count(t, Waiting, pc); n != 0 {
		t.Fatalf("Waiting = %d with no datagram in the queue", n)
	}
}

func TestWaitingIsZeroExactlyWhenNothingWaits(t *testing.T) {
	for _, host := range reachable("127.0.0.1", "::1") {
		pc := patientUDP(t, "udp", net.JoinHostPort(host, "0"))
		must(t, pc.SetReadBuffer(4<<20))
		client := dial(t, "udp", pc.LocalAddr().String())
		wantWaiting(t, pc, 0)
		for _, sizes := range [][]int{{0}, {1}, {0, 0, 0}, {65507}, {0, 1472, 9000, 0, 3, 30000}} {
			for i, size := range sizes {
				write(t, client, size)
				wantWaiting(t, pc, i+1)
			}
			buf := make([]byte, 1) // reading a part takes the whole
			for i := range sizes {
				_, _, err := pc.ReadFromUDPAddrPort(buf)
				must(t, err)
				wantWaiting(t, pc, len(sizes)-1-i)
			}
		}
	}
}

func TestWaitingOfAUnixSocketIsZeroExactlyWhenNothingWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	pc, err := net.ListenPacket("unixgram", path)
	must(t, err)
	defer pc.Close()
	client := dial(t, "unixgram", path)
	wantWaiting(t, pc, 0)
	for _, sizes := range [][]int{{0}, {1}, {0, 0, 3}} {
		for i, size := range sizes {
			write(t, client, size)
			wantWaiting(t, pc, i+1)
		}
		for i := range sizes {
			_, _, err := pc.ReadFrom(make([]byte, 1))
			must(t, err)
			wantWaiting(t, pc, len(sizes)-1-i)
		}
	}
	pc.Close()
	_, err = Waiting(pc)
	wantError(t, "Waiting", err, net.ErrClosed)
}

func TestWaitingAfterMany(t *testing.T) {
	pc := patientUDP(t, "udp", "127.0.0.1:0")
	client := dial(t, "udp", pc.LocalAddr().String())
	b, err := NewBatch(pc, 8)
	must(t, err)
	for round := range 20 {
		for i := range 1000 { // more than the buffer holds
			write(t, client, (i*round)%1400)
		}
		for count(t, Waiting, net.PacketConn(pc)) != 0 {
			_, err := b.Read()
			must(t, err)
		}
		pc.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err := b.Read(); err == nil {
			t.Fatal("Waiting was 0, and there was a datagram")
		}
		pc.SetReadDeadline(time.Now().Add(patience))
	}
	if n := count(t, Drops, net.PacketConn(pc)); n == 0 {
		t.Fatal("nothing was dropped: a full buffer was not put to the test")
	}
}

func TestWaitingOfAClosedSocket(t *testing.T) {
	pc := listenUDP(t, "udp", "127.0.0.1:0", nil)
	pc.Close()
	_, err := Waiting(pc)
	wantError(t, "Waiting", err, net.ErrClosed)
}
