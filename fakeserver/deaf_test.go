package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
)

// deaf is a listener whose Accept goes on when it is closed.
type deaf struct {
	addr  net.Addr
	conns chan net.Conn
	end   chan struct{} // closed when the test is over
}

func (l deaf) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.end:
		return nil, net.ErrClosed
	}
}

func (l deaf) Close() error   { return nil }
func (l deaf) Addr() net.Addr { return l.addr }

// Listen makes deaf a Transport.
func (l deaf) Listen(context.Context, string, string) (net.Listener, error) { return l, nil }

func (l deaf) ListenPacket(context.Context, string, string) (net.PacketConn, error) {
	return nil, errors.ErrUnsupported
}

func newDeaf() deaf { return deaf{pipeAddr{}, make(chan net.Conn), make(chan struct{})} }

// wantLate checks that f gives up in time, and says on whom.
func wantLate(t *testing.T, what string, f func() error, most time.Duration) {
	t.Helper()
	began := time.Now()
	err := f()
	if err == nil || !strings.Contains(err.Error(), "the Accept of fakeserver_test.deaf did not return within 1s of its Close") {
		t.Errorf("%s = %v, want an error that names the Accept", what, err)
	}
	if d := time.Since(began); d > most {
		t.Errorf("%s took %v, want %v at most", what, d, most)
	}
}

// dialsLate connects to a deaf listener that was closed: nobody is to take that.
func (l deaf) dialsLate(t *testing.T) {
	t.Helper()
	client, server := net.Pipe()
	l.conns <- server
	client.SetDeadline(time.Now().Add(time.Minute))
	wantAll(t, client, "", io.EOF)
}

func TestStopNamesAnAcceptThatIgnoresClose(t *testing.T) {
	for name, first := range map[string]func(*testing.T, *fakeserver.Listener){
		"Stop":        func(*testing.T, *fakeserver.Listener) {},
		"Close, Stop": func(t *testing.T, l *fakeserver.Listener) { wantLate(t, "Close", l.Close, time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				below := newDeaf()
				l, err := fakeserver.WrapListener(below, fakeserver.Config{})
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				first(t, l)
				wantLate(t, "Stop", l.Stop, time.Second)
				events := l.Transcript().Len()
				below.dialsLate(t)
				if n := l.Transcript().Len(); n != events {
					t.Errorf("a connection after Stop is in the record:\n%v", l.Transcript())
				}
			})
		})
	}
}

func TestCloseNamesAnAcceptThatIgnoresIt(t *testing.T) {
	for name, first := range map[string]func(*testing.T, *fakeserver.Server){
		"Close":       func(*testing.T, *fakeserver.Server) {},
		"Down, Close": func(t *testing.T, s *fakeserver.Server) { wantLate(t, "Down", s.Down, time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				below := newDeaf()
				srv, err := fakeserver.Listen(fakeserver.Config{Transport: below})
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				first(t, srv)
				wantLate(t, "Close", srv.Close, 2200*time.Millisecond)
				below.dialsLate(t)
			})
		})
	}
}
