package fakeserver_test

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// A lateNetwork has connections whose first Read that gets something gets little, and lets
// something happen before it returns.
type lateNetwork struct {
	fakenet.Network
	little int
	then   func()
}

func (n *lateNetwork) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	ln, err := n.Network.Listen(ctx, network, address)
	return lateListener{ln, n}, err
}

type lateListener struct {
	net.Listener
	n *lateNetwork
}

func (l lateListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lateConn{c.(*fakenet.Conn), l.n}, nil
}

type lateConn struct {
	*fakenet.Conn
	n *lateNetwork
}

func (c *lateConn) Read(p []byte) (int, error) {
	then := c.n.then
	if then != nil {
		p = p[:min(len(p), c.n.little)]
	}
	n, err := c.Conn.Read(p)
	if n > 0 && then != nil {
		c.n.then = nil
		then()
	}
	return n, err
}

// A plan that comes while a Read returns, and ends the stream by the clock: what that has read
// comes before what it left in the socket.
func TestSetFaultsLeavesBytesInTheirOrder(t *testing.T) {
	for what, f := range map[string]fault.Fault{"half-close": fault.HalfClose{}, "close": fault.Close{}} {
		for how, first := range map[string][]fault.Rule{"unruled": nil, "ruled": {fault.FromClient(fault.Latency{Delay: time.Second}).NeedNotFire()}} {
			t.Run(what+" "+how, func(t *testing.T) {
				fakenet.Bubble(t, func(fakeserver.TB) {
					network := &lateNetwork{little: 4}
					srv, err := fakeserver.Listen(fakeserver.Config{Transport: network, Handler: fakeserver.Discard{}, Faults: plan(first...)})
					if err != nil {
						t.Fatal(err)
					}
					network.then = func() {
						late := fault.FromClient(f).AfterTime(time.Second)
						if err := srv.SetFaults(plan(append(first, late)...)); err != nil {
							t.Error(err)
						}
					}
					c, err := network.DialContext(context.Background(), "tcp", srv.Addr())
					if err != nil {
						t.Fatal(err)
					}
					time.Sleep(2 * time.Second)
					send(t, c, "0123456789")
					c.(*fakenet.Conn).CloseWrite()
					io.Copy(io.Discard, c)
					c.Close()
					if err := srv.Close(); err != nil {
						t.Error(err)
					}
					var got []byte
					for e := range srv.Transcript().Kind(transcript.Discarded).All() {
						got = append(got, e.Data...)
					}
					if string(got) != "0123456789" {
						t.Errorf("discarded was %q\n%v", got, srv.Transcript())
					}
				})
			})
		}
	}
}
