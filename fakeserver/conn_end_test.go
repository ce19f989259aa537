package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestEndingAt0LetsTheConnectionEnd(t *testing.T) {
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
func TestEndingComesBeforeTheAnswerToWhatItEnds(t *testing.T) {
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

// What the client reads while the server asks how much it has not read is progress of that
// moment, and not of the next time that it asks.
func TestResetIsPatientOnceForWhatTheClientReads(t *testing.T) {
	h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		if _, err := io.WriteString(c, "0123456789"); err != nil {
			return err
		}
		return c.Reset()
	})
	bubble(t, h, plan(fault.ToClient(fault.Stall{}).AfterBytes(4)), func(t *testing.T, srv *fakeserver.Server, network *pipes) {
		client, server := net.Pipe()
		network.conns <- &readMeanwhile{Conn: server, read: make(chan struct{})}
		client.SetDeadline(time.Now().Add(time.Hour))
		began := time.Now()
		wantAll(t, client, "0123", io.EOF) // a pipe has no RST
		wantTook(t, began, patientFor)
	})
}

// readMeanwhile is a connection whose client reads the last byte while it is first asked how
// much the client has not read.
type readMeanwhile struct {
	net.Conn

	mu   sync.Mutex
	read chan struct{}
	left int
}

func (c *readMeanwhile) Unacked() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left > 0 {
		c.left = 0
		close(c.read)
		c.read = make(chan struct{})
		return 1, nil
	}
	return 0, nil
}

func (c *readMeanwhile) PeerRead() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read
}

func (c *readMeanwhile) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.mu.Lock()
	c.left = 1
	c.mu.Unlock()
	return n, err
}

func (c *readMeanwhile) Reset() error { return c.Close() }

// A Read that the end of the connection wakes may find that something has come in the meantime,
// such as a client's answer to the FIN.
func TestEndLeavesAWokenReadNothing(t *testing.T) {
	for how, read := range map[string]func(c *fakeserver.Conn) error{
		"Read":    func(c *fakeserver.Conn) error { _, err := c.Read(make([]byte, 10)); return err },
		"WriteTo": func(c *fakeserver.Conn) error { _, err := c.WriteTo(io.Discard); return err },
	} {
		t.Run(how, func(t *testing.T) {
			h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
				err := read(c)
				if !errors.Is(err, net.ErrClosed) {
					t.Errorf("%s = %v, want net.ErrClosed", how, err)
				}
				return err
			})
			bubble(t, h, fault.Plan{}, func(t *testing.T, srv *fakeserver.Server, network *pipes) {
				client, server := net.Pipe()
				defer client.Close()
				network.conns <- &answersTheEnd{Conn: server, woken: make(chan struct{})}
				synctest.Wait()
				if err := srv.CloseClientConns(transcript.ByFIN); err != nil {
					t.Fatal(err)
				}
				wait(t, srv, ended(1))
				if got, rest := string(srv.Transcript().FromClient()), discardedBytes(srv); got != "" || rest != "late" {
					t.Errorf("received %q, discarded %q; want all of it discarded\n%v", got, rest, srv.Transcript())
				}
			})
		})
	}
}

func discardedBytes(srv *fakeserver.Server) (text string) {
	for e := range srv.Transcript().Kind(transcript.Discarded).All() {
		text += string(e.Data)
	}
	return text
}

// answersTheEnd is a connection whose first Read finds some bytes as its deadline passes.
type answersTheEnd struct {
	net.Conn
	once  sync.Once
	woken chan struct{}
	read  bool
}

func (c *answersTheEnd) Read(p []byte) (int, error) {
	if c.read {
		return c.Conn.Read(p)
	}
	c.read = true
	<-c.woken
	return copy(p, "late"), nil
}

func (c *answersTheEnd) SetReadDeadline(t time.Time) error {
	if !t.IsZero() && time.Until(t) <= 0 {
		c.once.Do(func() { close(c.woken) })
	}
	return c.Conn.SetReadDeadline(t)
}

func (c *answersTheEnd) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// CloseClientConns and Close side by side: the record has all of it when Close returns.
func TestCloseWaitsForAnRSTThatIsUnderWay(t *testing.T) {
	bubble(t, fakeserver.Discard{}, fault.Plan{}, func(t *testing.T, srv *fakeserver.Server, network *pipes) {
		client, server := net.Pipe()
		defer client.Close()
		network.conns <- slowToReset{server}
		synctest.Wait()
		go srv.CloseClientConns(transcript.ByRST)
		synctest.Wait()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		if n := srv.Transcript().Kind(transcript.Close).Len(); n != 1 {
			t.Errorf("Close has returned, and %d connections are recorded as closed, want 1:\n%v", n, srv.Transcript())
		}
	})
}

// slowToReset is a connection whose RST takes its time.
type slowToReset struct{ net.Conn }

func (c slowToReset) Reset() error {
	time.Sleep(100 * time.Millisecond)
	return c.Close()
}
