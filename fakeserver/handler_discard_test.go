package fakeserver_test

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
)

func TestDiscardCopiesWhatArrives(t *testing.T) {
	var to buffer
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Discard{To: &to}})
	c := dial(t, srv)
	send(t, c, "hello")
	c.Close()
	wait(t, srv, ended(1))
	if to.String() != "hello" || string(srv.Transcript().FromClient()) != "hello" {
		t.Errorf("To got %q", to.String())
	}
}
