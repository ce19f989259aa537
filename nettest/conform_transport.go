package nettest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
)

// MakeTransport makes a network that nothing else uses, with 127.0.0.1 to listen on, and what dials on it. stop
// closes all there is, and lets blocked calls return.
type MakeTransport = func() (tr fakeserver.Transport, dial func(ctx context.Context, network, address string) (net.Conn, error), stop func(), err error)

// TestTransport tests that what a [fakeserver.Transport] and its sockets can do beside their interfaces is what
// servers take it for. Each of its methods is optional: what is not there is skipped, by its name. Each demand is a
// subtest and says why it is made.
//
// It says nothing about the rest: [TestListener], [TestPacketConn], [TestHalfClose] and x/net's TestConn do.
//
// What fails is wrong; but some of what is wrong is found only in some runs. Run it
// more than once, with the race detector.
func TestTransport(t *testing.T, mk MakeTransport) {
	t.Helper()
	conform(t, transportDemands, func() (*carrier, func(), error) { return carry(mk) })
}

var transportDemands = []demand[*carrier]{
	{"DialContext", "A client that the Transport dials is the listener's, for datagrams, too: Server.Dial and PacketServer.Dial.",
		(*carrier).testDialContext},
	{"CloseWrite", "A handler that returns ends its connection by a FIN. The client reads what came before, and what it still sends is recorded.",
		(*carrier).testCloseWrite},
	{"Reset", "A reset is an RST, so that the client reads ECONNRESET and not the end of the stream. The connection is closed, as after Close.",
		(*carrier).testReset},
	{"Unacked", "When Unacked is 0, all that was written is at the other end: servers wait for that, so that an RST overtakes nothing.",
		(*carrier).testUnacked},
	{"Acked", "Acked's channel is closed when Unacked falls: servers do not ask again before.",
		(*carrier).testAcked},
	{"Unread", "Unread counts the bytes that have arrived and were not read: servers join what a client wrote at once, and name what was never read.",
		(*carrier).testUnread},
	{"ReadNow", "ReadNow reads what has arrived, and says at once if that is nothing: Close takes what clients have sent into the record by it.",
		(*carrier).testReadNow},
	{"WriteNow", "WriteNow writes what there is room for, although the write deadline has passed: what the record says was sent has then left.",
		(*carrier).testWriteNow},
	{"Peek", "What Peek has read is read again: servers look for a match before they take anything.",
		(*carrier).testPeek},
	{"PeerUnread", "PeerUnread counts what the other end has not read: at 0 the next write can't be read together with the last.",
		(*carrier).testPeerUnread},
	{"PeerRead", "PeerRead's channel is closed when the other end reads, and not before: servers do not ask for PeerUnread again until then.",
		(*carrier).testPeerRead},
	{"WasReset", "WasReset's channel is closed when the other end's RST has come, even if what came before it was not read: a Proxy passes it on.",
		(*carrier).testWasReset},
	{"SetDeadline", "A listener's deadline ends an Accept that is blocked, and loses no connection: Down stops accepting by it.",
		(*carrier).testSetDeadline},
	{"Backlog", "Backlog counts the connections that wait to be accepted: Down and Close accept that many before they close the listener.",
		(*carrier).testBacklog},
	{"SetBacklog", "With a backlog of 0 a dial is not answered, neither with a connection nor with a refusal; at -1 it is: IgnoreDials and Up.",
		(*carrier).testSetBacklog},
	{"SetReadBuffer", "A listener with a small read buffer accepts connections that hold less: Config.ReceiveBuffer.",
		(*carrier).testSetReadBuffer},
	{"Suspend", "A listener that is suspended refuses clients and keeps its address from others: Down. It is listened on again, Up, or given up, Close.",
		(*carrier).testSuspend},
	{"ListenerDialContext", "A listener dials itself, with no address: Listener.Dial.",
		(*carrier).testListenerDialContext},
	{"PacketSetReadBuffer", "A packet conn with a small read buffer holds fewer datagrams: PacketConfig.ReceiveBuffer.",
		(*carrier).testPacketSetReadBuffer},
	{"Drops", "Drops counts all that was lost for want of buffer, and nothing else: the record names it, and every datagram is accounted for.",
		(*carrier).testDrops},
	{"Waiting", "Waiting is 0 exactly if no datagram waits, an empty one included: Close takes what has arrived into the record.",
		(*carrier).testWaiting},
	{"ReadFromSocket", "ReadFromSocket gives one number to each socket, from 1, and never the same to another at its address: peers are sockets.",
		(*carrier).testReadFromSocket},
	{"PacketSuspend", "A packet conn that is suspended keeps its address from others. It is opened again, Up, or given up, Close.",
		(*carrier).testPacketSuspend},
	{"PacketDialContext", "A packet conn connects a socket of its own to itself: PacketConn.Dial.",
		(*carrier).testPacketDialContext},
}

// A carrier is the subject of TestTransport.
type carrier struct {
	fakeserver.Transport
	connect func(ctx context.Context, network, address string) (net.Conn, error)

	mu     sync.Mutex // guards opened
	opened []io.Closer
}

func carry(mk MakeTransport) (*carrier, func(), error) {
	tr, dial, stop, err := mk()
	c := &carrier{Transport: tr, connect: dial}
	return c, func() { c.closeAll(); stop() }, err
}

func (c *carrier) closeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.opened {
		o.Close()
	}
}

// keep sees to it that something is closed in the end.
func keep[C io.Closer](c *carrier, what string, opened C, err error) (C, error) {
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.opened = append(c.opened, opened)
	}
	return opened, wantNil(what, err)
}

const anyPort = "127.0.0.1:0"

func (c *carrier) listen(address string) (net.Listener, error) {
	ln, err := c.Listen(context.Background(), "tcp", address)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, lacksError("streams")
	}
	return keep(c, "Listen", ln, err)
}

func (c *carrier) listenPacket(address string) (net.PacketConn, error) {
	pc, err := c.ListenPacket(context.Background(), "udp", address)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, lacksError("datagrams")
	}
	return keep(c, "ListenPacket", pc, err)
}

func (c *carrier) dial(ln net.Listener) (net.Conn, error) {
	conn, err := c.connect(context.Background(), "tcp", ln.Addr().String())
	return keep(c, "dial", conn, err)
}

func (c *carrier) accept(ln net.Listener) (net.Conn, error) {
	conn, err := ln.Accept()
	return keep(c, "Accept", conn, err)
}

// pairAt returns the two ends of a connection to a listener.
func (c *carrier) pairAt(ln net.Listener) (client, server net.Conn, err error) {
	dialled := begin("dial", func() (err error) { client, err = c.dial(ln); return err })
	server, err = c.accept(ln)
	if err != nil {
		return nil, nil, err
	}
	return client, server, dialled.end()
}

// pair returns the two ends of a connection.
func (c *carrier) pair() (client, server net.Conn, err error) {
	ln, err := c.listen(anyPort)
	if err != nil {
		return nil, nil, err
	}
	return c.pairAt(ln)
}

// packetPair returns two packet conns.
func (c *carrier) packetPair() (client, server net.PacketConn, err error) {
	if client, err = c.listenPacket(anyPort); err != nil {
		return nil, nil, err
	}
	server, err = c.listenPacket(anyPort)
	return client, server, err
}

// able returns what has a method, unless v lacks that.
func able[A any](v any, method string) (A, error) {
	a, ok := v.(A)
	if !ok {
		return a, lacksError(method)
	}
	return a, nil
}

// soon is how long the network may take for what has been done at one end to be known at the other.
const soon = patience / 4

// wantCount waits until a count is what it must be.
func wantCount(what string, want int, count func() (int, error)) error {
	return await(func() error {
		n, err := count()
		if err == nil && n != want {
			err = fmt.Errorf("it is %d, want %d", n, want)
		}
		return wantNil(what, err)
	})
}

// await waits until a check holds.
func await(check func() error) error {
	for end := time.Now().Add(soon); ; time.Sleep(time.Millisecond) {
		if err := check(); err == nil || time.Now().After(end) {
			return err
		}
	}
}

// wantText checks what is to be read next, all of it.
func wantText(what string, from io.Reader, want string) error {
	p := make([]byte, len(want))
	if n, err := io.ReadFull(from, p); err != nil || string(p) != want {
		return fmt.Errorf("%s = %.40q, %v; want %.40q", what, p[:n], err, want)
	}
	return nil
}

// write writes a few bytes, for which there is room.
func write(to io.Writer, text string) error {
	if n, err := io.WriteString(to, text); n != len(text) || err != nil {
		return fmt.Errorf("Write(%d bytes) = %d, %v", len(text), n, err)
	}
	return nil
}
