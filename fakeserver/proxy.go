package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// A Proxy stands in front of a real server, its upstream: for each connection it dials the upstream, and relays what the
// two sides say. The server's faults act on the client's leg, which Transcript is the record of. What passed between the
// proxy and the upstream is the other leg: see [Server.Upstream].
//
//	srv := fakeserver.Start(t, fakeserver.Config{
//		Handler: fakeserver.Proxy{Upstream: "127.0.0.1:6379"},
//		Faults: fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(100).OnConn(2)}},
//	})
//
// # How things end
//
// An end of one side passes to the other as what it was, after all bytes that came before it:
//
//	what happens                       the other side sees
//	the client's FIN                   a FIN; the answer still comes
//	the upstream's FIN                 a FIN; what the client still sends goes on
//	the client's RST                   an RST
//	the upstream's RST, or an error    an RST; a unix socket, which has none, is closed at once
//	the upstream can't be dialed       an RST, and an error in both records that says what it was
//
// So does what a rule, or the test, does to the client's leg, as the upstream would see it whose own process, or whose own
// link, had that done to it:
//
//	fault.Reset, CloseClientConns by RST        an RST, after what the proxy has got before it
//	fault.Close, CloseClientConns by FIN        a FIN; what the upstream still sends is recorded as discarded
//	fault.Exit, CloseClientConns by close       a FIN, and an RST to whatever the upstream still sends
//	fault.Restart                               as Exit or as Reset, as it says
//	fault.HalfClose FromClient                  a FIN
//	fault.HalfClose ToClient                    nothing; what it sends from then on is recorded as discarded
//	an OnAccept rule that ends it               nothing: the upstream is not dialed
//	Server.Close                                as by Exit
//
// An RST waits until what was sent before it has arrived, for as long as there is progress within five seconds. An RST that
// comes while the proxy waits for the other side to read is seen on Linux and in memory; elsewhere only when that has read.
//
// The proxy holds no more than one read of each direction, and kernels' buffers: a side that does not read makes the other
// wait. Where rules delay bytes, the connection holds these, too: see [Conn.Write].
type Proxy struct {
	// Network is the upstream's: "tcp", "tcp4", "tcp6" or "unix"; with a Dial, whatever that takes. If empty, "unix" if Upstream
	// is a path, or begins with @; else "tcp".
	Network string
	// Upstream is the upstream's address, as for net.Dial.
	Upstream string
	// Dial dials in place of the kernel, as a Transport's DialContext does, another server's, or that of a tls.Dialer.
	// It gets ten seconds. A connection without a method CloseWrite can't pass the client's FIN on. If nil, the kernel.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Nagle leaves Nagle's algorithm on, on both legs, which package net turns off.
	Nagle bool
	// Rewrites are what is changed between the legs, in this order. If empty, nothing.
	Rewrites []Rewrite
}

// Validate says why p can't work.
func (p Proxy) Validate() error {
	for i, w := range p.Rewrites {
		if err := w.validate(); err != nil {
			return fmt.Errorf("Rewrites[%d]: %w", i, err)
		}
	}
	switch {
	case p.Dial != nil:
		return nil
	case p.Upstream == "":
		return errors.New("Upstream is empty")
	case !slices.Contains(streamNetworks, p.network()):
		return fmt.Errorf("Network is %q, want one of %s", p.Network, strings.Join(streamNetworks, ", "))
	case inBubble():
		return errors.New("real sockets stop the clock of a testing/synctest bubble: set Dial to a nettest.Network's DialContext")
	case p.network() == "unix":
		return nil
	}
	_, _, err := net.SplitHostPort(p.Upstream)
	return err
}

// ServeConn dials the upstream and relays.
func (p Proxy) ServeConn(ctx context.Context, c *Conn) error {
	c.Step("dial " + p.target())
	up, err := p.dial(ctx, c)
	if err != nil {
		return p.refuse(c, err)
	}
	c.Step("relay to " + p.target())
	newRelay(p, c, up).run()
	return nil
}

// network returns what to dial on.
func (p Proxy) network() string {
	switch {
	case p.Network != "":
		return p.Network
	case strings.Contains(p.Upstream, "/") || strings.HasPrefix(p.Upstream, "@"):
		return "unix"
	}
	return "tcp"
}

// target names the upstream.
func (p Proxy) target() string { return strings.TrimSpace(p.network() + " " + p.Upstream) }

// maxDial is how long a dial may take.
const maxDial = 10 * time.Second
