package nettest_test

import (
	"context"
	"errors"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// startIgnoringDials starts a server that accepts one connection and ignores later dials.
func startIgnoringDials(t *testing.T, n *nettest.Network) (srv *fakeserver.Server, before net.Conn) {
	t.Helper()
	srv = fakeserver.Start(t, fakeserver.Config{Transport: n, Handler: fakeserver.Echo{}})
	before, err := n.DialContext(context.Background(), "tcp", srv.Addr())
	wantError(t, "Dial", err, nil)
	t.Cleanup(func() { before.Close() })
	wantError(t, "IgnoreDials", errors.Join(srv.IgnoreDials(), srv.IgnoreDials()), nil)
	return srv, before
}

// dialLater dials, and sends what came of it.
func dialLater(n *nettest.Network, addr string) <-chan error {
	done := make(chan error, 1)
	go func() {
		c, err := n.DialContext(context.Background(), "tcp", addr)
		if err == nil {
			c.Close()
		}
		done <- err
	}()
	synctest.Wait()
	return done
}

func TestIgnoreDialsInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := nettest.Network{Backlog: 3}
		srv, before := startIgnoringDials(t, &n)
		for _, timeout := range []time.Duration{time.Nanosecond, 75 * time.Second, time.Hour} {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			begin := time.Now()
			_, err := n.DialContext(ctx, "tcp", srv.Addr())
			wantOpError(t, err, context.DeadlineExceeded, "dial tcp "+srv.Addr()+": i/o timeout")
			wantTook(t, begin, timeout)
			cancel()
		}
		wantWrite(t, before, "still served", 12, nil)
		wantRead(t, before, "still served", nil)

		waiting := dialLater(&n, srv.Addr())
		begin := time.Now()
		wantError(t, "Up", srv.Up(), nil)
		wantError(t, "the dial that waited", <-waiting, nil)
		wantTook(t, begin, 0)
		synctest.Wait()
		if tr := srv.Transcript(); tr.Conns() != 2 || tr.Kind(transcript.Accept).Len() != 2 {
			t.Errorf("want two connections in the record:\n%v", tr)
		}
	})
}

// The backlog is as large as at first when the server is up again, whichever way that came.
func TestIgnoreDialsThenDownThenUpInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n nettest.Network
		srv, _ := startIgnoringDials(t, &n)
		waiting := dialLater(&n, srv.Addr())
		wantError(t, "Down", srv.Down(), nil)
		wantError(t, "the dial that waited", <-waiting, syscall.ECONNREFUSED)
		_, err := n.Listen(t.Context(), "tcp", srv.Addr())
		wantError(t, "a stranger's Listen while down", err, syscall.EADDRINUSE)
		wantError(t, "Up", srv.Up(), nil)
		wantError(t, "Dial", <-dialLater(&n, srv.Addr()), nil)
		wantError(t, "IgnoreDials", srv.IgnoreDials(), nil)
		waiting = dialLater(&n, srv.Addr())
		wantError(t, "Close", srv.Close(), nil)
		wantError(t, "the dial that waited", <-waiting, syscall.ECONNREFUSED)
		listenOn(t, &n, "tcp", srv.Addr()) // the address is free
	})
}

func TestIgnoreDialsRestoresTheBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := nettest.Network{Backlog: 2}
		ln := listenOn(t, &n, "tcp", "127.0.0.1:80")
		wantError(t, "SetBacklog", ln.SetBacklog(0), nil)
		first, second, third := dialLater(&n, "127.0.0.1:80"), dialLater(&n, "127.0.0.1:80"), dialLater(&n, "127.0.0.1:80")
		wantError(t, "SetBacklog", ln.SetBacklog(-1), nil)
		synctest.Wait()
		if got, err := ln.Backlog(); got != 2 || err != nil {
			t.Errorf("Backlog = %d, %v; want Network.Backlog, 2", got, err)
		}
		ln.Close()
		refused := 0
		for _, dial := range []<-chan error{first, second, third} {
			if errors.Is(<-dial, syscall.ECONNREFUSED) {
				refused++
			}
		}
		if refused != 1 {
			t.Errorf("%d dials were refused, want the one without room", refused)
		}
	})
}
