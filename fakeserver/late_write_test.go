package fakeserver_test

import (
	"context"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// tardyConn is slow to write: it begins only when the server has woken what waits.
type tardyConn struct {
	*nettest.Conn
	woken chan struct{}
}

func (c *tardyConn) Write(p []byte) (int, error) {
	<-c.woken
	return c.Conn.Write(p)
}

func (c *tardyConn) SetDeadline(t time.Time) error {
	defer close(c.woken)
	return c.Conn.SetDeadline(t)
}

type tardyListener struct{ net.Listener }

func (l tardyListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &tardyConn{c.(*nettest.Conn), make(chan struct{})}, nil
}

// What leaves is recorded first. Whoever has seen there that a rule has acted may close the
// server at once: what can leave then still does, and the rule has acted.
func TestRecordedBytesLeaveThoughTheServerCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := new(nettest.Network)
		below, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l := fakeserver.StartListener(t, tardyListener{below}, fakeserver.Config{Faults: plan(fault.ToClient(fault.Stall{}).AfterBytes(5))})
		client, err := network.DialContext(context.Background(), "tcp", below.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, "PONG\nmore")
		wait(t, l, func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 })
		go l.Stop()
		got := make([]byte, 5)
		if _, err := io.ReadFull(client, got); err != nil || string(got) != "PONG\n" {
			t.Errorf("the client read %q, %v; want PONG", got, err)
		}
		client.Close()
		l.Stop()
		if o := l.Report().Rules[0]; o.State != fault.Fired {
			t.Errorf("the stall has come to %v, want fired:\n%v", o.State, l.Transcript())
		}
	})
}
