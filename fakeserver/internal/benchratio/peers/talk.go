package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
	"github.com/fakewire/fakewire/fakeserver/script"
)

// A startFunc starts a server.
type startFunc = func() (benchwork.Target, error)

// A talk is a request and its reply, as they are on the wire.
type talk struct {
	request string
	reply   string // ours
	begins  string // what a reply begins with, whose ever it is
	ends    string // and ends with
}

// ours answers with a script, which wants the request byte for byte.
func (t talk) ours() (benchwork.Target, error) {
	return fakeserver.Listen(fakeserver.Config{Handler: script.Script{script.Loop(script.Expect(t.request), script.Send(t.reply))}})
}

// byHand answers with a function, as the peers' handlers are.
func (t talk) byHand() (benchwork.Target, error) {
	return fakeserver.Listen(fakeserver.Config{Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		request, reply := make([]byte, len(t.request)), []byte(t.reply)
		for {
			if _, err := io.ReadFull(c, request); err != nil {
				return err
			}
			if string(request) != t.request {
				return fmt.Errorf("request %q, want %q", request, t.request)
			}
			if _, err := c.Write(reply); err != nil {
				return err
			}
		}
	})})
}

// lives starts a server, asks it once, and closes everything.
func (t talk) lives(start startFunc) benchwork.Body {
	return func(clock benchwork.Clock, n int) (int, error) {
		clock.StartTimer()
		defer clock.StopTimer()
		for i := range n {
			if err := t.live(start); err != nil {
				return i, err
			}
		}
		return n, nil
	}
}

func (t talk) live(start startFunc) error {
	srv, err := start()
	if err != nil {
		return err
	}
	c, err := benchwork.Dial(srv.Addr())
	if err == nil {
		err = errors.Join(t.ask(c, 1), c.Close())
	}
	return errors.Join(err, srv.Close())
}

// round is how often one server is asked, so that what it keeps stays small.
const round = 1 << 14

// asks asks a server again and again, over one connection.
func (t talk) asks(start startFunc) benchwork.Body {
	return func(clock benchwork.Clock, n int) (int, error) {
		for done := 0; done < n; done += round {
			benchwork.Settle()
			if err := t.askOne(clock, start, min(n-done, round)); err != nil {
				return done, err
			}
		}
		return n, nil
	}
}

func (t talk) askOne(clock benchwork.Clock, start startFunc, n int) error {
	srv, err := start()
	if err != nil {
		return err
	}
	c, err := benchwork.Dial(srv.Addr())
	if err != nil {
		return errors.Join(err, srv.Close())
	}
	if err = t.ask(c, 1); err == nil { // so that it is served
		clock.StartTimer()
		err = t.ask(c, n)
		clock.StopTimer()
	}
	return errors.Join(err, c.Close(), srv.Close())
}

// ask sends the request and reads the reply, n times.
func (t talk) ask(c net.Conn, n int) error {
	request, begins, ends := []byte(t.request), []byte(t.begins), []byte(t.ends)
	reply := make([]byte, 4<<10)
	for range n {
		if _, err := c.Write(request); err != nil {
			return err
		}
		got := 0
		for !bytes.HasSuffix(reply[:got], ends) {
			more, err := c.Read(reply[got:])
			if got += more; err != nil {
				return fmt.Errorf("reply %q: %w", reply[:got], err)
			}
		}
		if !bytes.HasPrefix(reply[:got], begins) {
			return fmt.Errorf("reply %q, want one that begins with %q", reply[:got], begins)
		}
	}
	return nil
}
