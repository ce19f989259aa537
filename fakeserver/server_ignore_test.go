package fakeserver_test

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestIgnoreDialsConnectsTimeOut(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	before := dial(t, srv)
	if err := errors.Join(srv.IgnoreDials(), srv.IgnoreDials()); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := new(net.Dialer).DialContext(ctx, "tcp", srv.Addr())
		cancel()
		if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("dial = %v, want a timeout", err)
		}
	}
	send(t, before, "still served")
	wantRead(t, before, "still served")

	waiting := make(chan error, 1)
	go func() {
		c, err := net.Dial("tcp", srv.Addr())
		if err == nil {
			c.Close()
		}
		waiting <- err
	}()
	if err := srv.Up(); err != nil {
		t.Fatal(err)
	}
	after := dial(t, srv)
	send(t, after, "hi")
	wantRead(t, after, "hi")
	if err := <-waiting; err != nil {
		t.Errorf("the dial that waited gave %v", err)
	}
	if tr := srv.Transcript(); tr.Kind(transcript.Accept).Len() != tr.Conns() || tr.Conns() < 2 || tr.Conns() > 8 {
		t.Errorf("the filler has a number, or a connection has none:\n%v", tr)
	}
}

func TestIgnoreDialsThenDownThenUp(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	for range 20 {
		if err := errors.Join(srv.IgnoreDials(), srv.Down()); err != nil {
			t.Fatal(err)
		}
		wantError(t, "IgnoreDials while down", srv.IgnoreDials(), nil, "call Up first")
		if _, err := net.Dial("tcp", srv.Addr()); !errors.Is(err, errRefused) {
			t.Fatalf("dial = %v, want refused", err)
		}
		if err := srv.Up(); err != nil {
			t.Fatal(err)
		}
		c := dial(t, srv)
		send(t, c, "hi")
		wantRead(t, c, "hi")
		c.Close()
	}
	if err := srv.IgnoreDials(); err != nil {
		t.Fatal(err)
	}
}

func TestIgnoreDialsNeedsATransportWithBacklogs(t *testing.T) {
	srv, err := fakeserver.Listen(fakeserver.Config{Transport: newPipes()})
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, "IgnoreDials", srv.IgnoreDials(), errors.ErrUnsupported)
	srv.Close()
	wantError(t, "IgnoreDials", srv.IgnoreDials(), net.ErrClosed)
}
