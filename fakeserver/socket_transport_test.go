package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// pipes is a transport of net.Pipes: the least that a server can run on. It has
// no half-close and no RST, and its addresses are no IP ones. It works in a
// synctest bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn)} }

func (p *pipes) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	p.closed = make(chan struct{})
	return p, nil
}

func (p *pipes) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	return nil, errors.ErrUnsupported
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "the pipe" }

func (p *pipes) dial(t *testing.T) net.Conn {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
	case <-p.closed:
		t.Fatal(syscall.ECONNREFUSED)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// bubble runs f in virtual time, with a server on pipes.
func bubble(t *testing.T, h fakeserver.Handler, p fault.Plan, f func(t *testing.T, srv *fakeserver.Server, net *pipes)) {
	synctest.Test(t, func(t *testing.T) {
		net := newPipes()
		f(t, fakeserver.Start(t, fakeserver.Config{Transport: net, Handler: h, Faults: p}), net)
	})
}

// wantTook checks a duration of virtual time, exactly.
func wantTook(t *testing.T, begin time.Time, want time.Duration) {
	t.Helper()
	if d := time.Since(begin); d != want {
		t.Errorf("took %v, want exactly %v", d, want)
	}
}

func TestServerOnAnotherTransport(t *testing.T) {
	bubble(t, fakeserver.Lines{}, fault.Plan{}, func(t *testing.T, srv *fakeserver.Server, net *pipes) {
		if srv.Addr() != "the pipe" || srv.AddrPort().IsValid() {
			t.Errorf("Addr = %q, AddrPort = %v", srv.Addr(), srv.AddrPort())
		}
		c := net.dial(t)
		send(t, c, "ping\n")
		wantRead(t, c, "PING\n")
		begin := time.Now()
		wantAll(t, c, "", io.EOF) // after a minute of idleness
		wantTook(t, begin, time.Minute)
		wait(t, srv, ended(1))
		tr := srv.Transcript()
		if string(tr.FromClient()) != "ping\n" || string(tr.ToClient()) != "PING\n" {
			t.Errorf("the record is wrong:\n%v", tr)
		}
		if err := errors.Join(srv.Down(), srv.Up()); err != nil {
			t.Errorf("Down and Up = %v", err)
		}
		c = net.dial(t)
		send(t, c, "again\n")
		wantRead(t, c, "AGAIN\n")
	})
}

func TestLatencyIsExactInVirtualTime(t *testing.T) {
	bubble(t, fakeserver.Lines{IdleTimeout: 24 * time.Hour}, plan(
		fault.FromClient(fault.Latency{Delay: time.Hour}),
		fault.ToClient(fault.Latency{Delay: time.Minute}),
		fault.ToClient(fault.Latency{Delay: time.Second}).AfterBytes(5),
	), func(t *testing.T, srv *fakeserver.Server, net *pipes) {
		c := net.dial(t)
		begin := time.Now()
		send(t, c, "one\ntwo\n")
		wantRead(t, c, "ONE\n")
		wantTook(t, begin, time.Hour+time.Minute)
		wantRead(t, c, "T")
		wantTook(t, begin, time.Hour+time.Minute)
		wantRead(t, c, "WO\n")
		wantTook(t, begin, time.Hour+time.Minute+time.Second)
	})
}

func TestWriteThenCloseUnderAnHoursLatencyLosesNothing(t *testing.T) {
	h := fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		io.WriteString(c, "last words")
		return c.Close()
	})
	bubble(t, h, plan(fault.ToClient(fault.Latency{Delay: time.Hour})), func(t *testing.T, srv *fakeserver.Server, net *pipes) {
		begin := time.Now()
		wantAll(t, net.dial(t), "last words", io.EOF)
		wantTook(t, begin, time.Hour)
	})
}

func TestStallIsExactInVirtualTime(t *testing.T) {
	bubble(t, fakeserver.Echo{}, plan(
		fault.FromClient(fault.Stall{For: time.Hour}).AfterBytes(1),
		fault.ToClient(fault.Stall{For: time.Minute}).AfterBytes(2),
	), func(t *testing.T, srv *fakeserver.Server, net *pipes) {
		c := net.dial(t)
		begin := time.Now()
		go io.WriteString(c, "abc")
		wantRead(t, c, "a")
		wantTook(t, begin, 0)
		wantRead(t, c, "b")
		wantTook(t, begin, time.Hour)
		wantRead(t, c, "c")
		wantTook(t, begin, time.Hour+time.Minute)
	})
}

func TestDeadlinesOfAConnWithFaults(t *testing.T) {
	errs := make(chan error, 3)
	h := fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		begin := time.Now()
		c.SetReadDeadline(begin.Add(time.Minute))
		n, err := c.Read(make([]byte, 10))
		if !errors.Is(err, os.ErrDeadlineExceeded) || n != 0 || time.Since(begin) != time.Minute {
			t.Errorf("Read = %d, %v after %v; want a timeout after a minute", n, err, time.Since(begin))
		}
		c.SetReadDeadline(time.Time{})
		n, err = c.Read(make([]byte, 10))
		if n != 2 || err != nil || time.Since(begin) != time.Hour {
			t.Errorf("Read = %d, %v after %v; want 2 bytes after an hour", n, err, time.Since(begin))
		}
		c.SetWriteDeadline(begin.Add(2 * time.Hour))
		n, err = c.Write(make([]byte, 100<<20))
		if !errors.Is(err, os.ErrDeadlineExceeded) || n != 64<<20 || time.Since(begin) != 2*time.Hour {
			t.Errorf("Write = %d, %v after %v; want 64 MiB queued, then a timeout", n, err, time.Since(begin))
		}
		errs <- nil
		return nil
	})
	synctest.Test(t, func(t *testing.T) {
		net := newPipes()
		srv := fakeserver.Start(t, fakeserver.Config{Transport: net, Handler: h, Faults: plan(
			fault.FromClient(fault.Latency{Delay: time.Hour}),
			fault.ToClient(fault.Stall{}),
		)})
		send(t, net.dial(t), "hi")
		time.Sleep(3 * time.Hour)
		srv.Close()
		if got := srv.Transcript().Kind(transcript.Unsent).String(); !strings.Contains(got, "count 67108864") {
			t.Errorf("the record does not name what did not leave:\n%s", got)
		}
	})
	<-errs
}

func TestSlicePauses(t *testing.T) {
	h := fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		begin := time.Now()
		for i, want := range []string{"ab", "cd", "ef"} {
			p := make([]byte, 10)
			n, err := c.Read(p)
			if string(p[:n]) != want || err != nil || time.Since(begin) != time.Duration(i)*time.Second {
				t.Errorf("Read = %q, %v after %v; want %q after %ds", p[:n], err, time.Since(begin), want, i)
			}
		}
		_, err := io.WriteString(c, "uvwxyz")
		return err
	})
	bubble(t, h, plan(
		fault.FromClient(fault.Slice{Size: 2, Pause: time.Second}),
		fault.ToClient(fault.Slice{Size: 3, Pause: time.Minute}),
	), func(t *testing.T, srv *fakeserver.Server, net *pipes) {
		c := net.dial(t)
		send(t, c, "abcdef")
		wantRead(t, c, "uvw")
		begin := time.Now()
		wantRead(t, c, "xyz")
		wantTook(t, begin, time.Minute)
	})
}

// A pipe has no RST. That is an error in the record and in Verify, not a silent FIN.
func TestResetThatTheTransportCannotDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := newPipes()
		srv, err := fakeserver.Listen(fakeserver.Config{Transport: net, Handler: fakeserver.Echo{}, Faults: plan(fault.ToClient(fault.Reset{}).AfterBytes(1))})
		if err != nil {
			t.Fatal(err)
		}
		c := net.dial(t)
		send(t, c, "x")
		wantAll(t, c, "x", io.EOF)
		srv.Close()
		wantError(t, "Verify", srv.Verify(), errors.ErrUnsupported, "conn 1", "Reset")
		if srv.Transcript().Kind(transcript.Error).Len() == 0 {
			t.Errorf("nothing in the record:\n%v", srv.Transcript())
		}
	})
}

func TestCloseInABubbleIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := newPipes()
		release := make(chan struct{})
		srv, err := fakeserver.Listen(fakeserver.Config{Transport: net, Handler: fakeserver.HandlerFunc(
			func(ctx context.Context, c *fakeserver.Conn) error { <-release; return nil })})
		if err != nil {
			t.Fatal(err)
		}
		net.dial(t)
		synctest.Wait()
		begin := time.Now()
		go srv.Close()
		wantError(t, "Close", srv.Close(), nil, "did not return within 1s")
		if d := time.Since(begin); d < time.Second || d > 2*time.Second {
			t.Errorf("Close took %v, want a second and a little", d)
		}
		close(release)
	})
}
