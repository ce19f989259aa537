package fakeserver_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestReplyReadsOnceAnswersOnceAndCloses(t *testing.T) {
	var log buffer
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "Hello from TCP server\n", Logf: log.logf}})
	c := dial(t, srv)
	send(t, c, "Hello from TCP client")
	wantAll(t, c, "Hello from TCP server\n", io.EOF)
	if want := fmt.Sprintf("%v: Hello from TCP client\n", c.LocalAddr()); log.String() != want {
		t.Errorf("logged %q, want %q", log.String(), want)
	}
	silent := dial(t, srv)
	silent.CloseWrite()
	wantAll(t, silent, "", io.EOF)
}

func TestReplyReadsAtMostMax(t *testing.T) {
	for max, want := range map[int]int{0: 1024, 10: 10} {
		srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "ok", Max: max}})
		c := dial(t, srv)
		send(t, c, strings.Repeat("x", 5000))
		wantAll(t, c, "ok", io.EOF)
		c.Close()
		wait(t, srv, ended(1))
		if got := len(srv.Transcript().Kind(transcript.Data).FromClient()); got != want {
			t.Errorf("Max %d: read %d bytes, want %d", max, got, want)
		}
	}
}
