package fakeserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// sent waits until n datagrams of clients are in the record.
func sent(n int) func(transcript.Transcript) bool {
	return func(tr transcript.Transcript) bool { return len(tr.Datagrams(transcript.FromClient)) >= n }
}

func TestPacketAddresses(t *testing.T) {
	for _, tt := range []struct{ network, addr, host string }{
		{"", "", "127.0.0.1"},
		{"udp4", "", "127.0.0.1"},
		{"udp6", "", "::1"},
		{"udp", "[::1]:0", "::1"},
		{"udp4", ":0", "127.0.0.1"},
		{"udp6", ":0", "::1"},
		{"udp", "localhost:0", "127.0.0.1"},
	} {
		t.Run(tt.network+" "+tt.addr, func(t *testing.T) {
			srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Network: tt.network, Addr: tt.addr, Handler: fakeserver.PacketEcho{}})
			ap, err := netip.ParseAddrPort(srv.Addr())
			if err != nil || ap != srv.AddrPort() || ap.Addr().String() != tt.host || ap.Port() == 0 {
				t.Errorf("Addr = %q, AddrPort = %v; want host %s and a port", srv.Addr(), srv.AddrPort(), tt.host)
			}
			c := dialUDP(t, srv)
			send(t, c, "hi")
			wantRead(t, c, "hi")
			if got := srv.Transcript().Conn(1); !strings.Contains(got.String(), c.LocalAddr().String()) {
				t.Errorf("the record does not name %v:\n%v", c.LocalAddr(), got)
			}
		})
	}
}

func TestADualStackPacketServerTakesBoth(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Addr: ":0", Handler: fakeserver.PacketEcho{}})
	for _, host := range []string{"127.0.0.1", "::1"} {
		c, err := net.Dial("udp", net.JoinHostPort(host, fmt.Sprint(srv.AddrPort().Port())))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		send(t, c, "hi")
		wantRead(t, c, "hi")
	}
}

func TestEverySizeOfDatagramIsRecorded(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	c := dialUDP(t, srv)
	for i, size := range []int{0, 1, 1200, 9000, 65507, 0} {
		want := bytes.Repeat([]byte{byte(i + 1)}, size)
		if _, err := c.Write(want); err != nil {
			t.Fatal(err)
		}
		p := make([]byte, 64<<10)
		if n, err := c.Read(p); err != nil || !bytes.Equal(p[:n], want) {
			t.Fatalf("echo of %d bytes is %d bytes, %v", size, n, err)
		}
		tr := srv.Transcript()
		for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
			if got := tr.Datagrams(d); len(got) != i+1 || !bytes.Equal(got[i], want) {
				t.Errorf("%v: %d datagrams in the record, want %d, the last of %d bytes", d, len(got), i+1, size)
			}
		}
	}
}

func TestPeersAreNumberedByArrival(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketSequence{
		fakeserver.PacketReply{Data: "you are the first"}, fakeserver.PacketReply{Data: "you are another"}}})
	a, b, c := dialUDP(t, srv), dialUDP(t, srv), dialUDP(t, srv)
	for _, tt := range []struct {
		c    net.Conn
		want string
	}{{b, "you are the first"}, {a, "you are another"}, {c, "you are another"}, {b, "you are the first"}} {
		send(t, tt.c, "who am I?")
		wantRead(t, tt.c, tt.want)
	}
	tr := srv.Transcript()
	if n := len(tr.Conn(1).Datagrams(transcript.FromClient)); tr.Conns() != 3 || n != 2 {
		t.Errorf("%d peers, %d datagrams of the first; want 3 and 2", tr.Conns(), n)
	}
}

func TestLossAndDuplicateOnTheWire(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, Faults: plan(
		fault.FromClient(fault.Loss{Nth: 2}),
		fault.ToClient(fault.Duplicate{Rate: 1}).AfterDatagrams(1),
		fault.ToClient(fault.Loss{Nth: 3}),
	)})
	c := dialUDP(t, srv)
	for _, text := range []string{"one", "two", "three", "four", "five"} {
		send(t, c, text)
	}
	// two is lost on its way there; of the echoes of one, three, four, five all but
	// the first come twice, and the third not at all.
	for _, want := range []string{"one", "three", "three", "five", "five"} {
		wantRead(t, c, want)
	}
	tr := srv.Transcript()
	if got := len(tr.Datagrams(transcript.FromClient)); got != 5 {
		t.Errorf("%d datagrams of the client in the record, want all 5:\n%v", got, tr)
	}
	if got := len(tr.Datagrams(transcript.ToClient)); got != 5 {
		t.Errorf("%d datagrams to the client in the record, want the 5 that left:\n%v", got, tr)
	}
}

func TestASeedRepeatsItsLosses(t *testing.T) {
	run := func(seed uint64) string {
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{},
			Faults: fault.Plan{Seed: seed, Rules: []fault.Rule{fault.FromClient(fault.Loss{Rate: 0.5})}}})
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		c := dialUDP(t, srv)
		for n := range 100 {
			send(t, c, fmt.Sprint(n))
		}
		wait(t, srv, sent(100))
		return fmt.Sprint(srv.Transcript().Canonical()[0].Faults)
	}
	if a, b := run(7), run(7); a != b {
		t.Errorf("one seed lost\n%s, then\n%s", a, b)
	}
	if a, b := run(7), run(8); a == b {
		t.Error("two seeds lost the same")
	}
}

func TestWhatTheKernelDropsIsCountedExactly(t *testing.T) {
	block := make(chan struct{})
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{ReceiveBuffer: 4096, Handler: fakeserver.PacketHandlerFunc(
		func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			select {
			case <-block:
			case <-ctx.Done():
			}
			return nil
		})})
	c := dialUDP(t, srv)
	const count = 20_000
	text := strings.Repeat("x", 1000)
	got := func(tr transcript.Transcript) int {
		return len(tr.Datagrams(transcript.FromClient)) + int(tr.Drops())
	}
	for n := 1; n <= count; n++ {
		send(t, c, text)
		if n%100 == 0 { // the queue in front of the socket, which counts nothing, must not fill up
			wait(t, srv, func(tr transcript.Transcript) bool { return got(tr) >= n })
		}
	}
	close(block)
	tr := srv.Transcript()
	if got(tr) != count {
		t.Errorf("%d recorded and %d dropped of %d", len(tr.Datagrams(transcript.FromClient)), tr.Drops(), count)
	}
	t.Logf("%d recorded, %d dropped", len(tr.Datagrams(transcript.FromClient)), tr.Drops())
}

func TestPacketHandlersThatFail(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		why   string
		serve func() error
		words string
	}{
		{"an error", func() error { return broken }, "conn 1, datagram 2: broken"},
		{"a panic", func() error { panic("oh no") }, "conn 1, datagram 2: handler panicked: oh no"},
		{"a Goexit", func() error { runtime.Goexit(); return nil }, "runtime.Goexit"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketHandlerFunc(
				func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
					if p.Number == 2 {
						return tt.serve()
					}
					_, err := w.Write(p.Data)
					return err
				})})
			if err != nil {
				t.Fatal(err)
			}
			defer srv.Close()
			c := dialUDP(t, srv)
			for _, text := range []string{"one", "two", "three"} {
				send(t, c, text)
			}
			wantRead(t, c, "one")
			wantRead(t, c, "three")
			wantError(t, "Verify", srv.Verify(), nil, tt.words)
			if n := srv.Transcript().Kind(transcript.Error).Len(); n != 1 {
				t.Errorf("%d errors in the record, want 1:\n%v", n, srv.Transcript())
			}
		})
	}
}

func TestADatagramTooLongToSend(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketHandlerFunc(
		func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			_, err := w.Write(make([]byte, 65508))
			if !errors.Is(err, errMessageSize) {
				t.Errorf("Write of 65508 bytes = %v, want EMSGSIZE", err)
			}
			_, err = w.WriteTo([]byte("short"), p.Peer)
			return err
		})})
	c := dialUDP(t, srv)
	send(t, c, "hi")
	wantRead(t, c, "short")
	if got := srv.Transcript().Datagrams(transcript.ToClient); len(got) != 1 || string(got[0]) != "short" {
		t.Errorf("%d datagrams left by the record, want the short one", len(got))
	}
}

func TestPacketServerBadConfigsAndUseAfterClose(t *testing.T) {
	var nilFunc fakeserver.PacketHandlerFunc
	for _, tt := range []struct {
		why   string
		cfg   fakeserver.PacketConfig
		is    error
		words []string
	}{
		{"a stream network", fakeserver.PacketConfig{Network: "tcp"}, fakeserver.ErrConfig, []string{`"tcp"`, "udp4"}},
		{"a nil function", fakeserver.PacketConfig{Handler: nilFunc}, fakeserver.ErrConfig, []string{"nil fakeserver.PacketHandlerFunc"}},
		{"an empty sequence", fakeserver.PacketConfig{Handler: fakeserver.PacketSequence{}}, fakeserver.ErrConfig, []string{"empty"}},
		{"a nil in a sequence", fakeserver.PacketConfig{Handler: fakeserver.PacketSequence{nil}}, fakeserver.ErrConfig, []string{"handler 1 is nil"}},
		{"negative lines", fakeserver.PacketConfig{Handler: fakeserver.PacketLines{MaxBytes: -1}}, fakeserver.ErrConfig, []string{"MaxBytes is -1"}},
		{"a stream's fault", fakeserver.PacketConfig{Faults: plan(fault.ToClient(fault.Reset{}))}, fault.ErrPlan, []string{"not a fault of datagrams"}},
	} {
		_, err := fakeserver.ListenPacket(tt.cfg)
		wantError(t, tt.why, err, tt.is, tt.words...)
	}

	before, files := runtime.NumGoroutine(), descriptors(t)
	var keep fakeserver.PacketWriter
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketHandlerFunc(
		func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			keep = w
			_, err := w.Write(p.Data)
			return err
		})})
	if err != nil {
		t.Fatal(err)
	}
	c := dialUDP(t, srv)
	send(t, c, "hi")
	wantRead(t, c, "hi")
	c.Close()
	if err := errors.Join(srv.Close(), srv.Close()); err != nil {
		t.Error(err)
	}
	_, err = keep.Write([]byte("late"))
	wantError(t, "Write after Close", err, net.ErrClosed)
	wantError(t, "Down after Close", srv.Down(), net.ErrClosed)
	wantError(t, "Up after Close", srv.Up(), net.ErrClosed)
	wantError(t, "Wait after Close", srv.Wait(t.Context(), func(transcript.Transcript) bool { return false }), net.ErrClosed)
	if srv.Transcript().Conns() != 1 {
		t.Error("the record is gone")
	}
	if n, f := runtime.NumGoroutine(), descriptors(t); n > before || f > files {
		t.Errorf("%d goroutines and %d descriptors became %d and %d", before, files, n, f)
	}
}

func TestPacketCloseNamesAStuckHandler(t *testing.T) {
	release, began := make(chan struct{}), make(chan struct{})
	defer close(release)
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketHandlerFunc(
		func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			close(began)
			<-release
			return nil
		})})
	if err != nil {
		t.Fatal(err)
	}
	c := dialUDP(t, srv)
	send(t, c, "one")
	<-began
	send(t, c, "two")
	send(t, c, "three")
	wantError(t, "Close", srv.Close(), nil, "conn 1, datagram 1", "PacketHandlerFunc", "did not return")
	if got := len(srv.Transcript().Datagrams(transcript.FromClient)); got != 3 {
		t.Errorf("%d datagrams in the record, want 3", got)
	}
}

func TestPacketCloseTakesWhatHasArrived(t *testing.T) {
	for range 50 {
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{})
		if err != nil {
			t.Fatal(err)
		}
		c := dialUDP(t, srv)
		var want []string
		for n := range 20 {
			want = append(want, fmt.Sprint(n))
			send(t, c, want[n])
		}
		srv.Close()
		var got []string
		for _, p := range srv.Transcript().Datagrams(transcript.FromClient) {
			got = append(got, string(p))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("the record has %q, want %q", got, want)
		}
	}
}
