package fakeserver

import (
	"context"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// How a proxy comes to its upstream.

// dial dials the upstream for c. A rule that ends c meanwhile does not end it: whether the upstream sees a connection must
// not depend on which is faster.
func (p Proxy) dial(ctx context.Context, c *Conn) (*upstreamConn, error) {
	ctx, cancel := context.WithTimeout(ctx, maxDial)
	defer cancel()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		p.cancelDial(ctx, cancel, c)
	}()
	raw, err := p.dialRaw(ctx)
	cancel()
	<-watched
	rec := c.core.upstreamRecorder(p.network(), p.Upstream)
	if err != nil {
		return nil, err
	}
	if p.Nagle {
		leaveNagle(c.raw)
		leaveNagle(baseConn(raw))
	}
	return newUpstreamConn(c, raw, rec), nil
}

func (p Proxy) dialRaw(ctx context.Context) (net.Conn, error) {
	if p.Dial != nil {
		return p.Dial(ctx, p.network(), p.Upstream)
	}
	return kernel.Dial(ctx, p.network(), p.Upstream)
}

// cancelDial cancels a dial when the test, and not a rule, ends c.
func (p Proxy) cancelDial(ctx context.Context, cancel context.CancelFunc, c *Conn) {
	for {
		changed := c.next()
		if why := c.doomed(); why != nil {
			if _, byRule := why.(*injected); !byRule {
				cancel()
			}
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// refuse resets a client whose upstream can't be dialed, and says in both records what it was.
func (p Proxy) refuse(c *Conn, err error) error {
	if c.isDoomed() {
		return nil
	}
	e := c.event(transcript.Error)
	e.Text = "upstream: " + err.Error()
	c.core.upstreamRecorder(p.network(), p.Upstream).Add(e)
	c.core.rec.Add(e)
	c.breakOff()
	return nil
}

// leaveNagle turns Nagle's algorithm on, where there is one.
func leaveNagle(c net.Conn) {
	if c, ok := c.(interface{ SetNoDelay(bool) error }); ok {
		c.SetNoDelay(false)
	}
}

// baseConn returns the connection that carries c: that of a TLS connection, say.
func baseConn(c net.Conn) net.Conn {
	for {
		over, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			return c
		}
		c = over.NetConn()
	}
}
