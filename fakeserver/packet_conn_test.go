package fakeserver_test

import (
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func listenUDP(t testing.TB) net.PacketConn {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return pc
}

func wrapPacket(t testing.TB, rules ...fault.Rule) *fakeserver.PacketConn {
	t.Helper()
	pc := fakeserver.StartPacketConn(t, listenUDP(t), fakeserver.PacketConfig{Faults: plan(rules...)})
	pc.SetDeadline(time.Now().Add(patience))
	return pc
}

// wantFrom checks one ReadFrom, and returns where it came from.
func wantFrom(t testing.TB, pc net.PacketConn, want string) net.Addr {
	t.Helper()
	p := make([]byte, 1500)
	n, from, err := pc.ReadFrom(p)
	if string(p[:n]) != want || err != nil {
		t.Errorf("ReadFrom = %q, %v, %v; want %q", p[:n], from, err, want)
	}
	return from
}

func TestWrapPacketConnRefuses(t *testing.T) {
	pc := listenUDP(t)
	defer pc.Close()
	for _, tt := range []struct {
		why   string
		pc    net.PacketConn
		cfg   fakeserver.PacketConfig
		is    error
		words []string
	}{
		{"no socket", nil, fakeserver.PacketConfig{}, fakeserver.ErrConfig, []string{"net.PacketConn is nil"}},
		{"a network", pc, fakeserver.PacketConfig{Network: "udp"}, fakeserver.ErrConfig, []string{"Network"}},
		{"an address", pc, fakeserver.PacketConfig{Addr: ":0"}, fakeserver.ErrConfig, []string{"Addr"}},
		{"a transport", pc, fakeserver.PacketConfig{Transport: newPipes()}, fakeserver.ErrConfig, []string{"Transport"}},
		{"a handler", pc, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}}, fakeserver.ErrConfig, []string{"Handler"}},
		{"a buffer", pc, fakeserver.PacketConfig{ReceiveBuffer: 1}, fakeserver.ErrConfig, []string{"ReceiveBuffer"}},
		{"down", pc, fakeserver.PacketConfig{StartDown: true}, fakeserver.ErrConfig, []string{"StartDown"}},
		{"a stream's fault", pc, fakeserver.PacketConfig{Faults: plan(fault.ToClient(fault.Reset{}))}, fault.ErrPlan, []string{"rule 1"}},
	} {
		c, err := fakeserver.WrapPacketConn(tt.pc, tt.cfg)
		if c != nil {
			t.Errorf("%s: there is a PacketConn", tt.why)
		}
		wantError(t, tt.why, err, tt.is, tt.words...)
	}
	tb := &fakeTB{name: "TestBad"}
	if c := fakeserver.StartPacketConn(tb, pc, fakeserver.PacketConfig{StartDown: true}); c != nil || !strings.Contains(tb.fatal, "packet_conn_test.go") {
		t.Errorf("StartPacketConn = %v, and says %q", c, tb.fatal)
	}
	if _, err := pc.WriteTo([]byte("x"), pc.LocalAddr()); err != nil {
		t.Errorf("the socket that was refused is closed: %v", err)
	}
}

func TestPacketConnNumbersAndRecordsItsPeers(t *testing.T) {
	pc := wrapPacket(t)
	a, b := dialUDP(t, pc), dialUDP(t, pc)
	for _, c := range []*net.UDPConn{b, a, b} {
		send(t, c, "ping")
		from := wantFrom(t, pc, "ping")
		if from.String() != c.LocalAddr().String() {
			t.Errorf("from %v, want %v", from, c.LocalAddr())
		}
		if n, err := pc.WriteTo([]byte("pong"), from); n != 4 || err != nil {
			t.Errorf("WriteTo = %d, %v", n, err)
		}
		wantRead(t, c, "pong")
	}
	send(t, a, "")
	wantFrom(t, pc, "")
	tr := pc.Transcript()
	if n, m := len(tr.Conn(1).Datagrams(transcript.FromClient)), len(tr.Conn(2).Datagrams(transcript.ToClient)); tr.Conns() != 2 || n != 2 || m != 1 {
		t.Errorf("%d peers, %d from the first, %d to the second:\n%v", tr.Conns(), n, m, tr)
	}
}

// A datagram that does not fit is cut for the reader, as by a socket, and whole in
// the record.
func TestPacketConnReadFromCutsADatagramForAShortBuffer(t *testing.T) {
	pc := wrapPacket(t)
	c := dialUDP(t, pc)
	send(t, c, "0123456789")
	send(t, c, "next")
	p := make([]byte, 4)
	if n, _, err := pc.ReadFrom(p); n != 4 || err != nil || string(p) != "0123" {
		t.Errorf("ReadFrom = %d, %v, %q", n, err, p)
	}
	wantFrom(t, pc, "next")
	if got := string(pc.Transcript().Datagrams(transcript.FromClient)[0]); got != "0123456789" {
		t.Errorf("the record has %q", got)
	}
}

func TestPacketConnClose(t *testing.T) {
	pc := wrapPacket(t, fault.FromClient(fault.Latency{Delay: time.Hour}).Named("in").NeedNotFire(),
		fault.ToClient(fault.Latency{Delay: time.Hour}).Named("out").NeedNotFire())
	c := dialUDP(t, pc)
	send(t, c, "late")
	if _, err := pc.WriteTo([]byte("late too"), c.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			_, _, err := pc.ReadFrom(make([]byte, 9))
			wantError(t, "ReadFrom", err, net.ErrClosed)
		})
	}
	wait(t, pc, sent(1))
	if err := pc.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	readers.Wait()
	wantError(t, "the second Close", pc.Close(), net.ErrClosed)
	_, err := pc.WriteTo([]byte("x"), c.LocalAddr())
	wantError(t, "WriteTo", err, net.ErrClosed)
	wantError(t, "SetDeadline", pc.SetDeadline(time.Now()), net.ErrClosed)
	wantError(t, "Wait", pc.Wait(t.Context(), func(transcript.Transcript) bool { return false }), net.ErrClosed)
	tr := pc.Transcript()
	if tr.Kind(transcript.Undelivered).Len() != 2 {
		t.Errorf("what was late is not in the record:\n%v", tr)
	}
	wantActed(t, pc, "in", 0, 1)
	wantActed(t, pc, "out", 0, 1)
}

func TestPacketConnWriteToThatCanNotBe(t *testing.T) {
	pc := wrapPacket(t)
	for _, addr := range []net.Addr{nil, &net.IPAddr{IP: net.IPv4(127, 0, 0, 1)}, &net.UnixAddr{Name: "/x", Net: "unixgram"}} {
		if n, err := pc.WriteTo([]byte("x"), addr); n != 0 || err == nil {
			t.Errorf("WriteTo(%v) = %d, %v", addr, n, err)
		}
	}
	if _, err := pc.WriteTo(make([]byte, 70_000), pc.LocalAddr()); err == nil {
		t.Error("a datagram of 70,000 bytes was sent")
	}
}

func TestPacketConnAboveAUnixSocket(t *testing.T) {
	below, err := net.ListenPacket("unixgram", unixPath(t))
	if err != nil {
		t.Fatal(err)
	}
	pc := fakeserver.StartPacketConn(t, below, fakeserver.PacketConfig{})
	c := dialUnixgram(t, pc)
	send(t, c, "ping")
	from := wantFrom(t, pc, "ping")
	if _, err := pc.WriteTo([]byte("pong"), from); err != nil {
		t.Fatal(err)
	}
	wantRead(t, c, "pong")
	nameless, err := net.Dial("unixgram", pc.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer nameless.Close()
	send(t, nameless, "who?")
	if from := wantFrom(t, pc, "who?"); from != nil {
		t.Errorf("from %v, want nobody, as from the socket itself", from)
	}
}

// Where the kernel does not tell which socket has an address, the record says so.
func TestPeersKnownByTheirAddressesAreNoted(t *testing.T) {
	below := listenUDP(t)
	below.Close() // of which the kernel knows nothing any more
	pc, err := fakeserver.WrapPacketConn(below, fakeserver.PacketConfig{})
	if err != nil {
		t.Fatal(err)
	}
	pc.Close()
	if got := pc.Transcript().Kind(transcript.Note).String(); strings.Count(got, "an earlier one's address counts as that one") != 1 {
		t.Errorf("the record says %s", got)
	}
}
