package fakeserver_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
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

func TestAWrappedPacketConn(t *testing.T) {
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
func TestAShortBufferCutsADatagram(t *testing.T) {
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

func TestFaultsOfAPacketConn(t *testing.T) {
	pc := wrapPacket(t,
		fault.FromClient(fault.Loss{Nth: 2}),
		fault.FromClient(fault.Latency{Delay: 50 * time.Millisecond}).AfterDatagrams(2).ForDatagrams(1),
		fault.FromClient(fault.Duplicate{Rate: 1}).AfterDatagrams(3),
		fault.ToClient(fault.Loss{Nth: 1}),
		fault.ToClient(fault.Latency{Delay: 50 * time.Millisecond}).AfterDatagrams(1).ForDatagrams(1),
	)
	c := dialUDP(t, pc)
	began := time.Now()
	for _, text := range []string{"one", "lost", "late", "twice"} {
		send(t, c, text)
	}
	var from net.Addr
	for _, want := range []string{"one", "twice", "twice", "late"} {
		from = wantFrom(t, pc, want)
	}
	if d := time.Since(began); d < 50*time.Millisecond {
		t.Errorf("the late one came after %v", d)
	}
	for _, text := range []string{"lost", "late", "now"} {
		if n, err := pc.WriteTo([]byte(text), from); n != len(text) || err != nil {
			t.Errorf("WriteTo = %d, %v", n, err)
		}
	}
	wantRead(t, c, "now")
	wantRead(t, c, "late")
	if got := len(pc.Transcript().Datagrams(transcript.FromClient)); got != 4 {
		t.Errorf("%d datagrams of the client in the record, want all 4", got)
	}
}

func TestDeadlinesOfAPacketConn(t *testing.T) {
	pc := wrapPacket(t,
		fault.FromClient(fault.Latency{Delay: time.Hour}).AfterDatagrams(1).MayNotFire(),
		fault.ToClient(fault.Latency{Delay: 100 * time.Millisecond}).MayNotFire())
	c := dialUDP(t, pc)
	send(t, c, "prompt")
	send(t, c, "never")
	pc.SetReadDeadline(time.Unix(1, 0))
	_, _, err := pc.ReadFrom(make([]byte, 9))
	wantError(t, "ReadFrom after its deadline", err, os.ErrDeadlineExceeded)
	pc.SetReadDeadline(time.Time{})
	from := wantFrom(t, pc, "prompt")

	began := time.Now()
	pc.SetReadDeadline(began.Add(50 * time.Millisecond))
	_, _, err = pc.ReadFrom(make([]byte, 9))
	wantError(t, "ReadFrom of what is late", err, os.ErrDeadlineExceeded)
	if d := time.Since(began); d < 50*time.Millisecond {
		t.Errorf("it gave up after %v", d)
	}
	pc.SetReadDeadline(time.Time{})
	failed := make(chan error)
	go func() {
		_, _, err := pc.ReadFrom(make([]byte, 9))
		failed <- err
	}()
	runtime.Gosched()
	pc.SetReadDeadline(time.Now()) // of a ReadFrom that is blocked
	wantError(t, "the blocked ReadFrom", <-failed, os.ErrDeadlineExceeded)

	// What is to leave later does so, whatever the deadline is by then.
	pc.SetWriteDeadline(time.Now().Add(patience))
	if _, err := pc.WriteTo([]byte("late"), from); err != nil {
		t.Error(err)
	}
	pc.SetWriteDeadline(time.Unix(1, 0))
	_, err = pc.WriteTo([]byte("too late"), from)
	wantError(t, "WriteTo after its deadline", err, os.ErrDeadlineExceeded)
	wantRead(t, c, "late")
}

func TestCloseOfAPacketConn(t *testing.T) {
	pc := wrapPacket(t, fault.FromClient(fault.Latency{Delay: time.Hour}), fault.ToClient(fault.Latency{Delay: time.Hour}))
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
	if tr.Kind(transcript.Unread).Len() != 1 || tr.Kind(transcript.Unsent).Len() != 1 {
		t.Errorf("what was late is not in the record:\n%v", tr)
	}
}

func TestWhatAPacketConnCanNotSend(t *testing.T) {
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

func TestAWrappedUnixDatagramSocket(t *testing.T) {
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
	nameless, err := net.Dial("unixgram", pc.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer nameless.Close()
	send(t, nameless, "who?")
	if from := wantFrom(t, pc, "who?"); from != nil {
		t.Errorf("from %v, want nobody, as from the socket itself", from)
	}
}

// Readers, writers, deadlines and new faults at the same time: nothing is lost that
// no rule loses, and the race detector has nothing to say.
func TestAPacketConnUnderLoad(t *testing.T) {
	stop := keepBusy(2)
	defer stop()
	pc := wrapPacket(t, fault.ToClient(fault.Latency{Delay: time.Millisecond}).MayNotFire())
	const clients, rounds = 4, 100
	var servers, all sync.WaitGroup
	for range 2 {
		servers.Go(func() {
			p := make([]byte, 100)
			for {
				n, from, err := pc.ReadFrom(p)
				if errors.Is(err, os.ErrDeadlineExceeded) {
					continue
				}
				if err != nil {
					return
				}
				pc.WriteTo(p[:n], from)
			}
		})
	}
	for range clients {
		c := dialUDP(t, pc)
		all.Go(func() {
			for i := range rounds {
				text := fmt.Sprint(i)
				send(t, c, text)
				wantRead(t, c, text)
			}
		})
	}
	for i := range 20 {
		pc.SetReadDeadline(time.Now().Add(time.Millisecond))
		if err := pc.SetFaults(plan(fault.ToClient(fault.Latency{Delay: time.Duration(1+i%3) * time.Millisecond}).MayNotFire())); err != nil {
			t.Error(err)
		}
	}
	pc.SetReadDeadline(time.Time{})
	all.Wait()
	pc.Close()
	servers.Wait()
	if n := len(pc.Transcript().Datagrams(transcript.ToClient)); n != clients*rounds {
		t.Errorf("%d answers, want %d", n, clients*rounds)
	}
}

func TestAPacketConnLeaksNothing(t *testing.T) {
	wantNoLeaks(t, func() {
		for range 5 {
			pc, err := fakeserver.WrapPacketConn(listenUDP(t), fakeserver.PacketConfig{Faults: plan(fault.ToClient(fault.Latency{Delay: time.Hour}))})
			if err != nil {
				t.Fatal(err)
			}
			pc.WriteTo([]byte("x"), pc.LocalAddr())
			pc.Close()
		}
	})
}
