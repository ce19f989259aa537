package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

func TestAnEndingAt0LetsTheConnectionEnd(t *testing.T) {
	for _, f := range []fault.Fault{fault.Close{}, fault.HalfClose{}} {
		srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(fault.ToClient(f))})
		c := dial(t, srv)
		wantAll(t, c, "", io.EOF)
		c.Close()
		wait(t, srv, ended(1)) // both FINs were there: nothing is left to wait for
	}
}

// A rule ends the connection when the request is complete. The handler gets the
// request, and its answer comes too late: however long ending takes.
func TestAnEndingComesBeforeTheAnswerToWhatItEnds(t *testing.T) {
	h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		if err := expect(c, "PING\n"); err != nil {
			t.Error(err)
		}
		n, err := io.WriteString(c, "PONG\n")
		if n != 0 || !errors.Is(err, fault.ErrInjected) {
			t.Errorf("the answer to what has ended = %d, %v; want 0 and an injected error", n, err)
		}
		return err
	})
	bubble(t, h, plan(fault.FromClient(fault.Reset{}).AfterBytes(5)), func(t *testing.T, srv *fakeserver.Server, network *pipes) {
		client, server := net.Pipe()
		network.conns <- slowToEnd{server}
		client.SetDeadline(time.Now().Add(time.Hour))
		send(t, client, "PING\n")
		wantAll(t, client, "", io.EOF) // a pipe has no RST
		client.Close()
	})
}

// slowToEnd is a connection that takes a second to say what its other end has, which a
// reset asks before it acts.
type slowToEnd struct{ net.Conn }

func (slowToEnd) Unacked() (int, error) {
	time.Sleep(time.Second)
	return 0, nil
}

func (c slowToEnd) Reset() error { return c.Close() }
