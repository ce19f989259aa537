package kernel

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

func TestReceivedAndDropsIsSent(t *testing.T) {
	for _, host := range reachable("127.0.0.1", "::1") {
		server := listenUDP(t, "udp", net.JoinHostPort(host, "0"), ReceiveBuffer(1))
		client := dial(t, "udp", server.LocalAddr().String())
		counter, err := NewDropCounter(server)
		must(t, err)
		received := 0
		for sent := 0; sent < 5000; {
			for range 250 { // few enough that the queue in front of the socket loses none, which nobody would count
				write(t, client, 100)
				sent++
			}
			eventually(t, "every datagram is received or counted as dropped", func() bool {
				received += drain(t, server)
				return received+int(count(t, Drops, net.PacketConn(server))) >= sent
			})
			if drops := int(count(t, Drops, net.PacketConn(server))); received+drops != sent {
				t.Fatalf("received %d and dropped %d of %d", received, drops, sent)
			}
			if n, err := counter.Drops(); err != nil || received+int(n) != sent {
				t.Fatalf("received %d of %d, and the counter says %d, %v", received, sent, n, err)
			}
		}
		if received == 0 || received == 5000 {
			t.Fatalf("received %d of 5000: nothing was put to the test", received)
		}
	}
}

// drain reads what is there.
func drain(t *testing.T, pc *net.UDPConn) (n int) {
	t.Helper()
	for buf := make([]byte, 200); ; n++ {
		pc.SetReadDeadline(time.Now().Add(time.Millisecond))
		_, _, err := pc.ReadFromUDPAddrPort(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return n
		}
		must(t, err)
	}
}

func TestDropsOfASocketThatLosesNothing(t *testing.T) {
	server := listenUDP(t, "udp", "127.0.0.1:0", nil)
	client := dial(t, "udp", server.LocalAddr().String())
	for range 20 {
		write(t, client, 100)
		if n := drainOne(t, server); n != 100 {
			t.Fatalf("read %d bytes, want 100", n)
		}
	}
	if n := count(t, Drops, net.PacketConn(server)); n != 0 {
		t.Fatalf("Drops = %d, want 0", n)
	}
	counter, err := NewDropCounter(server)
	must(t, err)
	if allocs := testing.AllocsPerRun(100, func() { counter.Drops() }); allocs != 0 {
		t.Errorf("a DropCounter allocates %v times", allocs)
	}
	server.Close()
	_, err = Drops(server)
	wantError(t, "Drops of a closed socket", err, net.ErrClosed)
	_, err = counter.Drops()
	wantError(t, "Drops of a closed socket's counter", err, net.ErrClosed)
}

func drainOne(t *testing.T, pc *net.UDPConn) int {
	t.Helper()
	pc.SetReadDeadline(time.Now().Add(patience))
	n, _, err := pc.ReadFromUDPAddrPort(make([]byte, 200))
	must(t, err)
	return n
}

// A small buffer has to be set on the listener: see how soon a client that is not read gets stuck.
func TestReceiveBufferOnAListener(t *testing.T) {
	stuck := func(control net.ListenConfig) int64 {
		control.SetMultipathTCP(false)
		ln, err := control.Listen(t.Context(), "tcp", "127.0.0.1:0")
		must(t, err)
		defer ln.Close()
		client := dial(t, "tcp", ln.Addr().String())
		accept(t, ln)
		return fill(t, client)
	}
	small, usual := stuck(net.ListenConfig{Control: ReceiveBuffer(1)}), stuck(net.ListenConfig{})
	if small >= usual {
		t.Fatalf("Write blocked after %d bytes with the smallest buffer, %d with the usual one", small, usual)
	}
	t.Logf("Write blocked after %d and %d bytes", small, usual)
}
