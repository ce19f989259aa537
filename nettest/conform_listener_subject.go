package nettest

import (
	"context"
	"net"
	"sync"
)

// listening is the subject of TestListener.
type listening struct {
	net.Listener
	connect func(context.Context) (net.Conn, error)

	mu    sync.Mutex // guards conns
	conns []net.Conn // to close at the end
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
	dialed := begin("dial", func() (err error) { client, err = l.dial(); return err })
	server, err = l.accept()
	if err != nil {
		return nil, nil, err
	}
	return client, server, dialed.end()
}

// wantPair checks that the listener still works.
func (l *listening) wantPair() error {
	client, server, err := l.pair()
	if err != nil {
		return err
	}
	return converse(client, server)
}
