package nettest_test

import (
	"context"
	"net"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// A reopening is a Network that counts how often what was suspended was opened again.
type reopening struct {
	*nettest.Network
	count *atomic.Int32
}

func (r reopening) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	ln, err := r.Network.Listen(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return reopenedListener{ln.(*nettest.Listener), r.count}, nil
}

func (r reopening) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	pc, err := r.Network.ListenPacket(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return reopenedPacketConn{pc.(*nettest.PacketConn), r.count}, nil
}

type reopenedListener struct {
	*nettest.Listener
	count *atomic.Int32
}

func (l reopenedListener) Suspend() (func() (net.Listener, error), func(), error) {
	again, release, err := l.Listener.Suspend()
	return func() (net.Listener, error) { l.count.Add(1); return again() }, release, err
}

type reopenedPacketConn struct {
	*nettest.PacketConn
	count *atomic.Int32
}

func (c reopenedPacketConn) Suspend() (func() (net.PacketConn, error), func(), error) {
	again, release, err := c.PacketConn.Suspend()
	return func() (net.PacketConn, error) { c.count.Add(1); return again() }, release, err
}

// A dial while a server that is down closes is refused, as before and after.
func TestDownServerClosesWithoutListening(t *testing.T) {
	var n nettest.Network
	transport := reopening{&n, new(atomic.Int32)}
	for _, down := range []bool{true, false} {
		srv := fakeserver.Start(t, fakeserver.Config{Transport: transport})
		packets := fakeserver.StartPacket(t, fakeserver.PacketConfig{Transport: transport})
		if down {
			wantError(t, "Down", srv.Down(), nil)
			wantError(t, "Down of a packet server", packets.Down(), nil)
		}
		wantError(t, "Close", srv.Close(), nil)
		wantError(t, "Close of a packet server", packets.Close(), nil)
		if got := transport.count.Load(); got != 0 {
			t.Errorf("Close opened the port again %d times", got)
		}
		_, err := n.DialContext(context.Background(), "tcp", srv.Addr())
		wantError(t, "Dial", err, syscall.ECONNREFUSED)
		listenOn(t, &n, "tcp", srv.Addr()) // the address is free
		pc, err := n.ListenPacket(t.Context(), "udp", packets.Addr())
		wantError(t, "ListenPacket", err, nil)
		pc.Close()
	}
}
