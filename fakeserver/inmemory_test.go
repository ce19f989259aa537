package fakeserver_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// A cell is a server on a network in memory, in a bubble: times are exact.
type cell struct {
	fakeserver.TB
	srv *fakeserver.Server
	net *fakenet.Network
}

// inMemory runs f in a bubble with a server, which it closes at the end.
func inMemory(t *testing.T, cfg fakeserver.Config, f func(c cell)) {
	t.Helper()
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		c := cell{tb, nil, new(fakenet.Network)}
		cfg.Transport = c.net
		var err error
		if c.srv, err = fakeserver.Listen(cfg); err != nil {
			t.Fatal(err)
		}
		f(c)
		if err := c.srv.Close(); err != nil {
			t.Error(err)
		}
	})
}

// dial connects, without a deadline.
func (c cell) dial() *fakenet.Conn {
	c.Helper()
	conn, err := c.net.DialContext(context.Background(), "tcp", c.srv.Addr())
	if err != nil {
		c.Fatalf("%v", err)
	}
	return conn.(*fakenet.Conn)
}

// await waits for something to be in the record.
func (c cell) await(cond func(transcript.Transcript) bool) {
	c.Helper()
	if err := c.srv.Wait(context.Background(), cond); err != nil {
		c.Fatalf("%v", err)
	}
}

// happened returns when the nth event of a kind was recorded on a connection; negative: it was not.
func (c cell) happened(conn int, k transcript.Kind, d transcript.Direction) time.Duration {
	for e := range c.srv.Transcript().Conn(conn).Kind(k).All() {
		if e.Direction == d {
			return e.At
		}
	}
	return -1
}

var errPlain = errors.New("the handler's own error")
