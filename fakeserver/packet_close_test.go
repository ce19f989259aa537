package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// failures are ways in which a handler of datagrams may fail at the second one.
var failures = []struct {
	why   string
	serve func() error
	words string
}{
	{"an error", func() error { return errors.New("broken") }, "peer 1, datagram 2: broken"},
	{"a panic", func() error { panic("oh no") }, "peer 1, datagram 2: handler panicked: oh no"},
	{"a panic with an error of the wire", func() error { panic(net.ErrClosed) }, "peer 1, datagram 2: handler panicked: use of closed network connection"},
	{"a Goexit", func() error { runtime.Goexit(); return nil }, "runtime.Goexit"},
}

func TestPacketHandlerThatFails(t *testing.T) {
	for _, tt := range failures {
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

func TestPacketWriterRefusesADatagramThatIsTooLong(t *testing.T) {
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

func TestListenPacketRefusesBadConfigs(t *testing.T) {
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
}

func TestPacketServerUseAfterClose(t *testing.T) {
	nettest.NoLeaks(t)
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
}

func TestPacketServerCloseNamesAStuckHandler(t *testing.T) {
	t.Parallel() // it waits for a second
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
	wantError(t, "Close", srv.Close(), nil, "peer 1, datagram 1", "PacketHandlerFunc", "did not return")
	if got := len(srv.Transcript().Datagrams(transcript.FromClient)); got != 3 {
		t.Errorf("%d datagrams in the record, want 3", got)
	}
}

func TestPacketServerCloseTakesWhatHasArrived(t *testing.T) {
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
