package nettest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
)

// MakeListener makes a listener that nobody else knows of, and what connects to it. dial may
// block until there is an Accept; once the listener is closed, it must fail. stop closes all there
// is, and lets blocked calls return.
type MakeListener = func() (ln net.Listener, dial func(context.Context) (net.Conn, error), stop func(), err error)

// TestListener tests that a net.Listener does what callers of [net.Listen] rely on: that it
// loses no connection, that it can be closed at any time, and, if it has SetDeadline, that this
// applies to Accepts that are blocked. Each demand is a subtest and says why it is made.
//
// What fails is wrong; but some of what is wrong is found only in some runs. Run it
// more than once, with the race detector.
func TestListener(t *testing.T, mk MakeListener) {
	t.Helper()
	conform(t, listenerDemands, func() (*listening, func(), error) { return listen(mk) })
}

var listenerDemands = append([]demand[*listening]{
	{"Accept", "Accept returns the other end of what was dialled.",
		(*listening).testAccept},
	{"Addresses", "A connection's two ends agree on their addresses; one is the listener's.",
		(*listening).testAddresses},
	{"EachDial", "Each of many connections is accepted, and none twice.",
		(*listening).testEachDial},
	{"AcceptsAtOnce", "Accept may be called from several goroutines. Each gets a connection of its own.",
		(*listening).testAcceptsAtOnce},
	{"ClientThatLeft", "A client that has left before it was accepted is no reason for Accept to fail: servers take its errors for the listener's end.",
		(*listening).testClientThatLeft},
	{"CloseWakesAccepts", "Close lets all Accepts that are blocked return net.ErrClosed. It is how servers are stopped.",
		(*listening).testCloseWakesAccepts},
	{"AcceptAfterClose", "After Close, Accept returns net.ErrClosed, which tells a server that this is no failure.",
		(*listening).testAcceptAfterClose},
	{"CloseTwice", "A second Close does no harm: a server and its owner both close. It may return net.ErrClosed.",
		(*listening).testCloseTwice},
	{"ClosesAtOnce", "Close may be called from several goroutines. One of them closes.",
		(*listening).testClosesAtOnce},
	{"DialAfterClose", "After Close, nobody gets a connection that will never be served.",
		(*listening).testDialAfterClose},
	{"CloseEndsTheBacklog", "Close ends the connections that nobody has accepted: their clients would wait for ever.",
		(*listening).testCloseEndsTheBacklog},
	{"ConnOutlivesListener", "Close leaves the connections alone that were accepted, so that a server can finish its work.",
		(*listening).testConnOutlivesListener},
}, listenerDeadlineDemands...)

// listening is the subject of TestListener.
type listening struct {
	net.Listener
	connect func(context.Context) (net.Conn, error)

	mu    sync.Mutex // guards conns
	conns []net.Conn // to be closed in the end
}

func listen(mk MakeListener) (*listening, func(), error) {
	ln, dial, stop, err := mk()
	l := &listening{Listener: ln, connect: dial}
	return l, func() { l.closeConns(); stop() }, err
}

func (l *listening) keep(c net.Conn, err error) (net.Conn, error) {
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.conns = append(l.conns, c)
	}
	return c, err
}

func (l *listening) closeConns() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		c.Close()
	}
}

func (l *listening) accept() (net.Conn, error) {
	c, err := l.keep(l.Accept())
	return c, wantNil("Accept", err)
}

func (l *listening) dial() (net.Conn, error) {
	c, err := l.keep(l.connect(context.Background()))
	return c, wantNil("dial", err)
}

// pair returns the two ends of a connection.
func (l *listening) pair() (client, server net.Conn, err error) {
	dialled := begin("dial", func() (err error) { client, err = l.dial(); return err })
	server, err = l.accept()
	if err != nil {
		return nil, nil, err
	}
	return client, server, dialled.end()
}

// wantPair checks that the listener goes on.
func (l *listening) wantPair() error {
	client, server, err := l.pair()
	if err != nil {
		return err
	}
	return converse(client, server)
}

// converse checks that each of two ends reads what the other writes.
func converse(a, b net.Conn) error {
	if err := say(a, b, "a question"); err != nil {
		return err
	}
	return say(b, a, "an answer")
}

func say(from, to net.Conn, text string) error {
	wrote := begin("Write", func() error { _, err := io.WriteString(from, text); return err })
	p := make([]byte, len(text))
	if n, err := io.ReadFull(to, p); err != nil || string(p) != text {
		return fmt.Errorf("Read = %q, %v; want %q", p[:n], err, text)
	}
	return wantNil("Write", wrote.end())
}

func (l *listening) testAccept() error { return errors.Join(l.wantPair(), l.wantPair()) }

func (l *listening) testAddresses() error {
	at := l.Addr()
	client, server, err := l.pair()
	if err != nil {
		return err
	}
	if at == nil {
		return errors.New("Addr is nil")
	}
	own := at.String()
	if isUnspecified(at) {
		own = client.RemoteAddr().String()
	}
	return errors.Join(
		sameAddress("the listener's", own, "the accepted connection's LocalAddr", server.LocalAddr().String()),
		sameAddress("the listener's", own, "the client's RemoteAddr", client.RemoteAddr().String()),
		sameAddress("the client's LocalAddr", client.LocalAddr().String(), "the accepted connection's RemoteAddr", server.RemoteAddr().String()),
		sameAddress("the listener's network", at.Network(), "the connection's", server.LocalAddr().Network()),
	)
}

func sameAddress(what, a, than, b string) error {
	if a != b {
		return fmt.Errorf("%s is %q, and %s is %q; want the same", what, a, than, b)
	}
	return nil
}

// isUnspecified reports whether a stands for all of a machine's addresses.
func isUnspecified(a net.Addr) bool {
	host, _, err := net.SplitHostPort(a.String())
	return err == nil && (host == "" || net.ParseIP(host).IsUnspecified())
}
