package nettest

import (
	"context"
	"errors"
	"net"
)

func (c *carrier) testDialContext() error {
	tr, err := able[interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	}](c.Transport, "DialContext of a Transport")
	if err != nil {
		return err
	}
	streams := func() error {
		ln, err := c.listen(anyPort)
		if err != nil {
			return err
		}
		return c.wantDialed(ln, func() (net.Conn, error) { return tr.DialContext(context.Background(), "tcp", ln.Addr().String()) })
	}
	datagrams := func() error {
		pc, err := c.listenPacket(anyPort)
		if err != nil {
			return err
		}
		return c.wantPacketDialed(pc, func() (net.Conn, error) { return tr.DialContext(context.Background(), "udp", pc.LocalAddr().String()) })
	}
	return unlessLacking(streams(), datagrams())
}

// unlessLacking joins the errors of tests on streams and on datagrams, of which a Transport may lack one.
func unlessLacking(streams, datagrams error) error {
	if _, ok := errors.AsType[lacksError](streams); ok {
		return datagrams
	}
	if _, ok := errors.AsType[lacksError](datagrams); ok {
		return streams
	}
	return errors.Join(streams, datagrams)
}

// A selfDialer is a socket that connects a client to itself.
type selfDialer interface {
	DialContext(ctx context.Context) (net.Conn, error)
}

func (c *carrier) testListenerDialContext() error {
	ln, err := c.listen(anyPort)
	if err != nil {
		return err
	}
	l, err := able[selfDialer](ln, "DialContext of a listener")
	if err != nil {
		return err
	}
	return c.wantDialed(ln, func() (net.Conn, error) { return l.DialContext(context.Background()) })
}

func (c *carrier) testPacketDialContext() error {
	pc, err := c.listenPacket(anyPort)
	if err != nil {
		return err
	}
	p, err := able[selfDialer](pc, "DialContext of a packet conn")
	if err != nil {
		return err
	}
	return c.wantPacketDialed(pc, func() (net.Conn, error) { return p.DialContext(context.Background()) })
}

// wantDialed checks that what dial returns is the other end of what ln accepts.
func (c *carrier) wantDialed(ln net.Listener, dial func() (net.Conn, error)) error {
	var server net.Conn
	accepts := begin("Accept", func() (err error) { server, err = c.accept(ln); return err })
	client, err := dial()
	if client, err = keep(c, "DialContext", client, err); err != nil {
		return err
	}
	return first(
		accepts.end,
		func() error {
			return sameAddress("the client", client.LocalAddr().String(), "its listener's end", server.RemoteAddr().String())
		},
		func() error { return converse(client, server) },
	)
}

// wantPacketDialed checks that what dial returns sends to pc, and hears from it.
func (c *carrier) wantPacketDialed(pc net.PacketConn, dial func() (net.Conn, error)) error {
	client, err := dial()
	if client, err = keep(c, "DialContext", client, err); err != nil {
		return err
	}
	if err := write(client, "ping"); err != nil {
		return err
	}
	text, from, err := receive(pc)
	if err != nil {
		return err
	}
	return first(
		func() error {
			return sameAddress("the client", client.LocalAddr().String(), "the sender", from.String())
		},
		func() error { return send(pc, text+"pong", from) },
		func() error { return wantText("Read", client, "pingpong") },
	)
}
