package xnet

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/net/nettest"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// delays have rules in both directions, so that all bytes go through the pumps.
var delays = fault.Plan{Rules: []fault.Rule{
	fault.FromClient(fault.Latency{Delay: 1}).NeedNotFire(),
	fault.ToClient(fault.Latency{Delay: 1}).NeedNotFire(),
}}

// lend is a handler that gives its connection away, and stays until done is closed.
type lend struct {
	conns chan *fakeserver.Conn
	done  chan struct{}
}

func (h lend) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	h.conns <- c
	<-h.done
	return nil
}

// pipe is a nettest.MakePipe: a client's connection and the server's end of it.
func pipe(p fault.Plan) nettest.MakePipe {
	return func() (c1, c2 net.Conn, stop func(), err error) {
		h := lend{make(chan *fakeserver.Conn), make(chan struct{})}
		srv, err := fakeserver.Listen(fakeserver.Config{Handler: h, Faults: p})
		if err != nil {
			return nil, nil, nil, err
		}
		client, err := net.Dial("tcp", srv.Addr())
		if err != nil {
			return nil, nil, nil, err
		}
		return client, <-h.conns, func() {
			client.Close()
			close(h.done)
			srv.Close()
		}, nil
	}
}

func TestConnIsANetConn(t *testing.T) {
	t.Parallel()
	nettest.TestConn(t, pipe(fault.Plan{}))
}

func TestConnIsANetConnWithFaults(t *testing.T) {
	t.Parallel()
	nettest.TestConn(t, pipe(delays))
}

// wrappedPipe is a nettest.MakePipe: a client's connection and what a wrapped
// listener accepted.
func wrappedPipe(network string, p fault.Plan) nettest.MakePipe {
	return func() (c1, c2 net.Conn, stop func(), err error) {
		addr, remove := "127.0.0.1:0", func() {}
		if network == "unix" {
			dir, err := os.MkdirTemp("", "t") // short: a socket's path may have about a hundred bytes
			if err != nil {
				return nil, nil, nil, err
			}
			addr, remove = filepath.Join(dir, "s"), func() { os.RemoveAll(dir) }
		}
		below, err := net.Listen(network, addr)
		if err != nil {
			return nil, nil, nil, err
		}
		ln, err := fakeserver.WrapListener(below, fakeserver.Config{Faults: p})
		if err != nil {
			return nil, nil, nil, err
		}
		if c1, err = net.Dial(network, ln.Addr().String()); err != nil {
			return nil, nil, nil, err
		}
		if c2, err = ln.Accept(); err != nil {
			return nil, nil, nil, err
		}
		return c1, c2, func() {
			c1.Close()
			c2.Close()
			ln.Stop()
			remove()
		}, nil
	}
}

func TestWrappedConnIsANetConn(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		for name, p := range map[string]fault.Plan{network: {}, network + " with faults": delays} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				nettest.TestConn(t, wrappedPipe(network, p))
			})
		}
	}
}
