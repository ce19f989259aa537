package nettest_test

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// A brokenTransport has one bug.
type brokenTransport struct {
	words    string // what the suite says
	network  func(o *oddTransport)
	stream   func(c *oddStream)
	acceptor func(l *oddAcceptor)
	source   func(c *oddSource)
}

// An oddTransport is a Network of whose sockets the methods can be exchanged.
type oddTransport struct {
	network *nettest.Network
	brokenTransport
	dialContext dialFunc

	slow  bool // written bytes are on their way for a while
	wires sync.WaitGroup
}

func makeBrokenTransport(b *brokenTransport, demand string) nettest.MakeTransport {
	return func() (fakeserver.Transport, dialFunc, func(), error) {
		o := &oddTransport{network: new(nettest.Network), slow: demand == "Acked" || demand == "Unacked"}
		o.dialContext = o.network.DialContext
		if b != nil {
			o.brokenTransport = *b
		}
		if o.brokenTransport.network != nil {
			o.brokenTransport.network(o)
		}
		return o, o.network.DialContext, o.wires.Wait, nil
	}
}

func (o *oddTransport) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return o.dialContext(ctx, network, address)
}

func (o *oddTransport) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	ln, err := o.network.Listen(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return o.acceptorOf(ln.(*nettest.Listener)), nil
}

func (o *oddTransport) acceptorOf(l *nettest.Listener) net.Listener {
	odd := &oddAcceptor{l, o, l.SetDeadline, l.Backlog, l.SetBacklog, l.SetReadBuffer, nil, l.DialContext}
	odd.suspend = func() (func() (net.Listener, error), func(), error) {
		again, release, err := l.Suspend()
		return func() (net.Listener, error) {
			next, err := again()
			if err != nil {
				return nil, err
			}
			return o.acceptorOf(next.(*nettest.Listener)), nil
		}, release, err
	}
	if o.acceptor != nil {
		o.acceptor(odd)
	}
	return odd
}

// An oddAcceptor is a Listener of such a network.
type oddAcceptor struct {
	*nettest.Listener
	on            *oddTransport
	setDeadline   func(time.Time) error
	backlog       func() (int, error)
	setBacklog    func(int) error
	setReadBuffer func(int) error
	suspend       func() (func() (net.Listener, error), func(), error)
	dialContext   func(context.Context) (net.Conn, error)
}

func (l *oddAcceptor) SetDeadline(at time.Time) error { return l.setDeadline(at) }
func (l *oddAcceptor) Backlog() (int, error)          { return l.backlog() }
func (l *oddAcceptor) SetBacklog(n int) error         { return l.setBacklog(n) }
func (l *oddAcceptor) SetReadBuffer(n int) error      { return l.setReadBuffer(n) }
func (l *oddAcceptor) Suspend() (again func() (net.Listener, error), release func(), err error) {
	return l.suspend()
}

func (l *oddAcceptor) DialContext(ctx context.Context) (net.Conn, error) { return l.dialContext(ctx) }

func (l *oddAcceptor) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := raw.(*nettest.Conn)
	odd := &oddStream{
		c, c.Write, c.Close, c.CloseWrite, c.Reset, c.Unacked, c.Acked, c.Unread, c.ReadNow, c.WriteNow, c.Peek, c.PeerUnread, c.PeerRead, c.WasReset,
	}
	if l.on.slow {
		l.on.wires.Go(slowDown(odd).run)
	}
	if l.on.stream != nil {
		l.on.stream(odd)
	}
	return odd, nil
}

// An oddStream is a connection that such a network's listener accepts.
type oddStream struct {
	*nettest.Conn
	write      func([]byte) (int, error)
	close      func() error
	closeWrite func() error
	reset      func() error
	unacked    func() (int, error)
	acked      func() <-chan struct{}
	unread     func() (int, error)
	readNow    func([]byte) (int, error)
	writeNow   func([]byte) (int, error)
	peek       func([]byte) (int, error)
	peerUnread func() (int, error)
	peerRead   func() <-chan struct{}
	wasReset   func() <-chan struct{}
}

func (c *oddStream) Write(p []byte) (int, error)    { return c.write(p) }
func (c *oddStream) Close() error                   { return c.close() }
func (c *oddStream) CloseWrite() error              { return c.closeWrite() }
func (c *oddStream) Reset() error                   { return c.reset() }
func (c *oddStream) Unacked() (int, error)          { return c.unacked() }
func (c *oddStream) Acked() <-chan struct{}         { return c.acked() }
func (c *oddStream) Unread() (int, error)           { return c.unread() }
func (c *oddStream) ReadNow(p []byte) (int, error)  { return c.readNow(p) }
func (c *oddStream) WriteNow(p []byte) (int, error) { return c.writeNow(p) }
func (c *oddStream) Peek(p []byte) (int, error)     { return c.peek(p) }
func (c *oddStream) PeerUnread() (int, error)       { return c.peerUnread() }
func (c *oddStream) PeerRead() <-chan struct{}      { return c.peerRead() }
func (c *oddStream) WasReset() <-chan struct{}      { return c.wasReset() }

func (o *oddTransport) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	pc, err := o.network.ListenPacket(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := pc.(*nettest.PacketConn)
	odd := &oddSource{c, c.SetReadBuffer, c.Drops, c.Waiting, c.ReadFromSocket, c.Suspend, c.DialContext}
	if o.source != nil {
		o.source(odd)
	}
	return odd, nil
}

// An oddSource is a packet conn of such a network.
type oddSource struct {
	*nettest.PacketConn
	setReadBuffer  func(int) error
	drops          func() (int64, error)
	waiting        func() (int, error)
	readFromSocket func([]byte) (int, net.Addr, uint64, error)
	suspend        func() (func() (net.PacketConn, error), func(), error)
	dialContext    func(context.Context) (net.Conn, error)
}

func (c *oddSource) SetReadBuffer(n int) error { return c.setReadBuffer(n) }
func (c *oddSource) Drops() (int64, error)     { return c.drops() }
func (c *oddSource) Waiting() (int, error)     { return c.waiting() }
func (c *oddSource) ReadFromSocket(p []byte) (int, net.Addr, uint64, error) {
	return c.readFromSocket(p)
}
func (c *oddSource) Suspend() (again func() (net.PacketConn, error), release func(), err error) {
	return c.suspend()
}
func (c *oddSource) DialContext(ctx context.Context) (net.Conn, error) { return c.dialContext(ctx) }
