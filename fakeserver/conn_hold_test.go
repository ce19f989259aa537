package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// held is a handler that holds between two words.
type held struct{}

func (held) Gates() []string { return []string{gate} }

func (held) ServeConn(_ context.Context, c *fakeserver.Conn) error {
	io.WriteString(c, "a")
	if err := c.Hold(gate); err != nil {
		return err
	}
	_, err := io.WriteString(c, "b")
	return err
}

func TestHoldOfAHandlerWaitsForRelease(t *testing.T) {
	for range 20 {
		srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Sequence{held{}}})
		first, second := dial(t, srv), dial(t, srv)
		wantExactly(t, first, "a")
		awaitHeld(t, srv)
		wantExactly(t, second, "a")
		if got := srv.Transcript().ToClient(); strings.Contains(string(got), "b") {
			t.Fatalf("%q left before Release", got)
		}
		release(t, srv)
		wantAll(t, first, "b", io.EOF)
		wantAll(t, second, "b", io.EOF)
		wantAll(t, dial(t, srv), "ab", io.EOF) // the gate stays open
		rearm(t, srv)
		again := dial(t, srv)
		wantExactly(t, again, "a")
		awaitHeld(t, srv)
		release(t, srv)
		wantAll(t, again, "b", io.EOF)
		if got := srv.Transcript().Conn(3).Kind(transcript.Note).String(); !strings.Contains(got, "gate "+gate+" is open: nothing is held") {
			t.Errorf("of the open gate the record has\n%s", got)
		}
	}
}

// A gate is known once a handler has come to it, even if the handler does not say which it has.
func TestHoldMakesItsGateKnown(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.HandlerFunc(held{}.ServeConn)})
	if err := srv.Release(gate); err == nil || !strings.Contains(err.Error(), "neither the plan nor the handler has gates") {
		t.Errorf("before that, Release = %v", err)
	}
	c := dial(t, srv)
	wait(t, srv, func(tr transcript.Transcript) bool {
		return strings.Contains(tr.Kind(transcript.Note).String(), "holds at gate "+gate)
	})
	release(t, srv)
	wantAll(t, c, "ab", io.EOF)
	if err := srv.Release("other"); err == nil || !strings.Contains(err.Error(), `the gates are ["`+gate+`"]`) {
		t.Errorf("with another name, Release = %v", err)
	}
}

func TestSetHandlerMakesGatesKnown(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	if err := srv.SetHandler(held{}); err != nil {
		t.Fatal(err)
	}
	release(t, srv)
	wantAll(t, dial(t, srv), "ab", io.EOF)
}

func TestHoldEndsWithTheConnection(t *testing.T) {
	for why, end := range map[string]func(t *testing.T, srv *fakeserver.Server, c *net.TCPConn){
		"Close":            func(_ *testing.T, srv *fakeserver.Server, _ *net.TCPConn) { go srv.Close() },
		"CloseClientConns": func(_ *testing.T, srv *fakeserver.Server, _ *net.TCPConn) { srv.CloseClientConns(transcript.ByFIN) },
		"a rule": func(t *testing.T, srv *fakeserver.Server, _ *net.TCPConn) {
			if err := srv.SetFaults(plan(fault.ToClient(fault.Reset{}).Now())); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(why, func(t *testing.T) {
			ended := make(chan error, 1)
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
				err := held{}.ServeConn(ctx, c)
				ended <- err
				return err
			})})
			c := dial(t, srv)
			wantExactly(t, c, "a")
			wait(t, srv, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Note).Len() > 0 })
			end(t, srv, c)
			if err := <-ended; !errors.Is(err, net.ErrClosed) && !errors.Is(err, fault.ErrInjected) {
				t.Errorf("Hold = %v", err)
			}
		})
	}
}
