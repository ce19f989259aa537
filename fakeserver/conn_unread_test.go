package fakeserver_test

import (
	"context"
	"io"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A handler that reads ahead says what it makes nothing of: then the record is that of one that does not read ahead.
func TestUnreadIsWhatAHandlerReadAhead(t *testing.T) {
	for why, rules := range map[string][]fault.Rule{
		"no rules":                  nil,
		"a rule cuts what it reads": {fault.FromClient(fault.Slice{Size: 5})},
	} {
		t.Run(why, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Faults: plan(rules...), Handler: fakeserver.HandlerFunc(
				func(_ context.Context, c *fakeserver.Conn) error {
					_, err := io.ReadFull(c, make([]byte, 5))
					c.Unread(1)
					c.Unread(0)
					return err
				})})
			c := dial(t, srv)
			send(t, c, "PINGx")
			wantAll(t, c, "", io.EOF)
			send(t, c, "more")
			c.CloseWrite()
			wait(t, srv, ended(1))
			tr := srv.Transcript()
			if got, lost := string(tr.FromClient()), string(tr.Discarded()); got != "PING" || lost != "xmore" {
				t.Errorf("read %q, discarded %q; want PING and xmore\n%v", got, lost, tr)
			}
		})
	}
}

// What waits in a rule's queue is after what was read.
func TestUnreadCountsFromWhatWasRead(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{
		Faults: plan(fault.FromClient(fault.Slice{Size: 5})),
		Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			_, err := io.ReadFull(c, make([]byte, 3))
			c.Unread(2)
			return err
		}),
	})
	c := dial(t, srv)
	send(t, c, "PINGxPONGx")
	wantAll(t, c, "", io.EOF)
	c.CloseWrite()
	wait(t, srv, ended(1))
	if got := string(srv.Transcript().FromClient()); got != "P" {
		t.Errorf("read %q, want P\n%v", got, srv.Transcript())
	}
	for e := range srv.Transcript().Kind(transcript.Unread).All() {
		if e.Offset == 1 && e.Count == 2 {
			return
		}
	}
	t.Errorf("bytes 1 and 2 are not unread:\n%v", srv.Transcript())
}
