package fakeserver_test

import (
	"io"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
)

func TestSequence(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Sequence{
		fakeserver.Reply{Data: "first"}, fakeserver.Reply{Data: "second"}}})
	for _, want := range []string{"first", "second", "second"} {
		c := dial(t, srv)
		send(t, c, "?")
		wantAll(t, c, want, io.EOF)
	}
}
