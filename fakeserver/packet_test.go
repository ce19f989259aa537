package fakeserver_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
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

func TestPacketServerOnBothStacksTakesBoth(t *testing.T) {
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

func TestDatagramOfEverySizeIsRecorded(t *testing.T) {
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

// An empty datagram is one, also where the record's bytes are limited.
func TestRecordLimitKeepsEmptyDatagrams(t *testing.T) {
	for _, limit := range []int64{0, 10, -1} {
		srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, RecordLimit: limit})
		c := dialUDP(t, srv)
		send(t, c, "")
		if n, err := c.Read(make([]byte, 10)); n != 0 || err != nil {
			t.Fatalf("echo of nothing: %d bytes, %v", n, err)
		}
		tr := srv.Transcript()
		if in, out := len(tr.Datagrams(transcript.FromClient)), len(tr.Datagrams(transcript.ToClient)); in != 1 || out != 1 {
			t.Errorf("RecordLimit %d: %d datagrams of the client and %d to it in the record, want 1 and 1:\n%v", limit, in, out, tr)
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

func TestSeedRepeatsItsLosses(t *testing.T) {
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

// Who has seen a datagram in the record may ask at once what became of it.
func TestDatagramIsRecordedTogetherWithItsFaults(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Faults: plan(fault.FromClient(fault.Loss{Every: 1}))})
	c := dialUDP(t, srv)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for n := range 500 {
		send(t, c, "ping")
		for ctx.Err() == nil { // not Wait, which sleeps until the record changes
			tr := srv.Transcript()
			got, lost := len(tr.Datagrams(transcript.FromClient)), len(tr.Faults())
			if got != lost {
				t.Fatalf("a snapshot has %d datagrams of which %d are lost; every one is to be", got, lost)
			}
			if got > n {
				break
			}
		}
	}
	if ctx.Err() != nil {
		t.Error("a datagram did not arrive")
	}
}

func TestDropsOfTheKernelAreCountedExactly(t *testing.T) {
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
	const more = 50
	for range more {
		send(t, c, text)
	}
	mark := srv.Mark()
	if n := srv.Transcript().Since(mark).Drops(); n != 0 {
		t.Errorf("%d that were dropped before the mark are after it", n)
	}
	close(block)
	wait(t, srv, func(tr transcript.Transcript) bool { return got(tr) >= count+more })
	tr := srv.Transcript()
	if got(tr) != count+more {
		t.Errorf("%d recorded and %d dropped of %d", len(tr.Datagrams(transcript.FromClient)), tr.Drops(), count+more)
	}
	t.Logf("%d recorded, %d dropped", len(tr.Datagrams(transcript.FromClient)), tr.Drops())
}
