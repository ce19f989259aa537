package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestSetFaultsRefusesAResetOnAUnixSocket(t *testing.T) {
	srv := startUnix(t, fakeserver.Echo{})
	wantError(t, "SetFaults", srv.SetFaults(plan(fault.ToClient(fault.Reset{}).Named("late"))), fault.ErrPlan, "rule 1 (late)")
	ln, err := net.Listen("unix", unixPath(t))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, err = fakeserver.WrapListener(ln, fakeserver.Config{Faults: plan(fault.OnAccept(fault.Reset{}))})
	wantError(t, "WrapListener", err, fault.ErrPlan, "reset.OnAccept.1")
}

func TestUnixSocketsHaveNoReset(t *testing.T) {
	conns := make(chan *fakeserver.Conn, 1)
	srv, err := fakeserver.Listen(fakeserver.Config{Network: "unix", Handler: fakeserver.Sequence{
		fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
			conns <- c
			<-ctx.Done()
			return nil
		}),
		fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error { return errors.New("broken") }),
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	a := dialUnix(t, srv)
	c := <-conns
	wantError(t, "CloseClientConns", srv.CloseClientConns(transcript.ByRST), errors.ErrUnsupported)
	wantError(t, "Reset", c.Reset(), errors.ErrUnsupported)
	send(t, c, "still open")
	wantRead(t, a, "still open")

	b := dialUnix(t, srv)
	wantAll(t, b, "", io.EOF)
	wait(t, srv, ended(2))
	tr := srv.Transcript().Conn(2)
	if !strings.Contains(tr.String(), "no RST") || tr.Ending(transcript.ToClient) != transcript.ByClose {
		t.Errorf("the record does not say how it ended:\n%v", tr)
	}
	wantError(t, "Verify", srv.Verify(), nil, "conn 2", "broken")
	if err := srv.CloseClientConns(transcript.ByFIN); err != nil {
		t.Error(err)
	}
	wantAll(t, a, "", io.EOF)
}

func TestFaultsOnUnixSockets(t *testing.T) {
	srv := startUnix(t, fakeserver.Echo{},
		fault.FromClient(fault.Replace{Old: "ping", New: "PING"}).OnConn(1),
		fault.ToClient(fault.Latency{Delay: 20 * time.Millisecond}).OnConn(1),
		fault.ToClient(fault.Close{}).AfterBytes(3).OnConn(2),
		fault.FromClient(fault.HalfClose{}).AfterBytes(2).OnConn(3),
	)
	c := dialUnix(t, srv)
	began := time.Now()
	send(t, c, "ping")
	wantRead(t, c, "PING")
	if d := time.Since(began); d < 20*time.Millisecond {
		t.Errorf("the answer came after %v", d)
	}
	for i, want := range []string{"hel", "he"} {
		c := dialUnix(t, srv)
		send(t, c, "hello")
		wantAll(t, c, want, io.EOF)
		c.Close()
		wait(t, srv, ended(i+2))
	}
	if err := srv.Verify(); err != nil {
		t.Error(err)
	}
}

// No Read of the client's crosses a boundary, under load either, and the record says
// that this was made sure of.
func TestSliceIsExactOnUnixSockets(t *testing.T) {
	for busy, pieces := range map[int]int{0: 300, 3: 8} {
		t.Run(fmt.Sprintf("%d busy", busy), func(t *testing.T) {
			defer keepBusy(busy)()
			wantPieces(t, pieces)
		})
	}
}

func wantPieces(t *testing.T, pieces int) {
	text := strings.Repeat("0123456789", pieces)
	srv := startUnix(t, fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		_, err := io.WriteString(c, text)
		return err
	}), fault.ToClient(fault.Slice{Size: 10}))
	c := dialUnix(t, srv)
	c.SetDeadline(time.Now().Add(10 * patience))
	p := make([]byte, 4096)
	for i := range pieces {
		if n, err := c.Read(p); n != 10 || err != nil {
			t.Fatalf("read %d is of %d bytes, %v; want 10", i+1, n, err)
		}
	}
	wantAll(t, c, "", io.EOF)
	confirmed := 0
	for _, e := range srv.Transcript().Faults() {
		if e.Text == "boundary confirmed" {
			confirmed++
		}
	}
	if runtime.GOOS == "linux" && confirmed != pieces-1 {
		t.Errorf("%d of %d boundaries are confirmed", confirmed, pieces-1)
	}
}

// A client that leaves without reading all of a piece has not confirmed it.
func TestBoundaryToAClientThatLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("boundaries are never confirmed here")
	}
	srv := startUnix(t, fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		_, err := io.WriteString(c, "abcdef")
		c.Read(make([]byte, 1))
		return err
	}), fault.ToClient(fault.Slice{Sizes: []int64{3, 3}}))
	c := dialUnix(t, srv)
	if n, err := c.Read(make([]byte, 1)); n != 1 { // the first piece is in its socket
		t.Fatal(n, err)
	}
	c.Close()
	wait(t, srv, ended(1))
	if text := srv.Transcript().Dump(); strings.Contains(text, "boundary confirmed") {
		t.Errorf("a client that read 1 byte of 3 has confirmed a boundary:\n%s", text)
	}
}

// keepBusy lets goroutines spin, for half a minute at most.
func keepBusy(n int) (stop func()) {
	var wg sync.WaitGroup
	done, end := make(chan struct{}), time.Now().Add(30*time.Second)
	for range n {
		wg.Go(func() {
			for time.Now().Before(end) {
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	return func() { close(done); wg.Wait() }
}
