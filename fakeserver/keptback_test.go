package fakeserver_test

import (
	"errors"
	"io"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// keepsBack lets the handler wait for what follows an "a".
var keepsBack = fault.FromClient(fault.Replace{Old: "ab", New: "-"}).NeedNotFire()

// A client's RST ends its stream too: the handler gets what was kept back.
func TestReplaceLetsWhatItKeptBackComeBeforeAReset(t *testing.T) {
	began, rest := make(chan error, 1), make(chan string, 1)
	srv := serverEnd(t, plan(keepsBack), func(c *fakeserver.Conn) error {
		began <- expect(c, "x")
		p, err := io.ReadAll(c)
		if !errors.Is(err, errReset) {
			t.Errorf("the handler's Read gave %v, want a reset", err)
		}
		rest <- string(p)
		return err
	})
	c := dial(t, srv)
	send(t, c, "xa")
	if err := <-began; err != nil {
		t.Error(err)
	}
	c.SetLinger(0)
	c.Close()
	if got := <-rest; got != "a" {
		t.Errorf("the handler got %q before the reset, want a", got)
	}
}

// What was kept back when the handler was done is unread, though more comes.
func TestReplaceLeavesUnreadWhatItKeptBackWhereTheHandlerIsDone(t *testing.T) {
	done := make(chan struct{})
	srv := serverEnd(t, plan(keepsBack), func(c *fakeserver.Conn) error {
		defer close(done)
		return expect(c, "x")
	})
	c := dial(t, srv)
	send(t, c, "xa")
	<-done
	wantAll(t, c, "", io.EOF)
	send(t, c, "b")
	c.CloseWrite()
	wait(t, srv, ended(1))
	var unread int64
	for e := range srv.Transcript().Kind(transcript.Unread).All() {
		unread += e.Count
	}
	if unread != 1 {
		t.Errorf("%d bytes are unread, want 1:\n%v", unread, srv.Transcript())
	}
}
