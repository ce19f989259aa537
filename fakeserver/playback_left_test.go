package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A client that failed left before the server was done: that is in the recording of a failing run. One that does not fail stays,
// and gets the rest.
func TestPlaybackGoesOnForAClientThatStays(t *testing.T) {
	failed := make(chan struct{})
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		if err := expect(c, "GET\n"); err != nil {
			return err
		}
		io.WriteString(c, "half ")
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			return err
		}
		<-failed
		io.WriteString(c, "a reply\n")
		return nil
	})})
	c := dial(t, srv)
	send(t, c, "GET\n")
	wantExactly(t, c, "half ")
	c.Close()
	close(failed)
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Close).Len() > 0 })
	play := fakeserver.Start(t, fakeserver.Config{Handler: &fakeserver.Playback{Recording: srv.Recording(), Patience: time.Hour}})
	stays := dial(t, play)
	send(t, stays, "GET\n")
	wantAll(t, stays, "half a reply\n", io.EOF)
	leaves := dial(t, fakeserver.Start(t, fakeserver.Config{Handler: &fakeserver.Playback{Recording: srv.Recording()}}))
	send(t, leaves, "GET\n")
	wantExactly(t, leaves, "half ")
	leaves.Close()
}

// A half-close is one, and what was sent after it waits for it.
func TestPlaybackWaitsForAHalfClose(t *testing.T) {
	handler := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		got, err := io.ReadAll(c)
		if err == nil {
			_, err = c.Write(got)
		}
		return err
	})
	srv := fakeserver.Start(t, fakeserver.Config{Handler: handler})
	talk := func(srv *fakeserver.Server) {
		c := dial(t, srv)
		send(t, c, "all of it")
		c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if n, err := c.Read(make([]byte, 1)); n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("before the half-close, Read = %d, %v", n, err)
		}
		c.SetReadDeadline(time.Time{})
		c.CloseWrite()
		wantAll(t, c, "all of it", io.EOF)
		wait(t, srv, ended(1))
	}
	talk(srv)
	talk(fakeserver.Start(t, fakeserver.Config{Handler: &fakeserver.Playback{Recording: srv.Recording()}}))
}

// Clients that are still there at the end, and have said all, do not keep a playback from ending.
func TestPlaybackEndsAtCloseWhoeverStays(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	c := dial(t, srv)
	send(t, c, "hi")
	wantExactly(t, c, "hi")
	c.Close()
	wait(t, srv, ended(1))
	play := fakeserver.Start(t, fakeserver.Config{Handler: &fakeserver.Playback{Recording: srv.Recording(), Extra: fakeserver.ExtraRepeats}})
	for range 100 {
		stays := dial(t, play)
		send(t, stays, "hi")
		wantExactly(t, stays, "hi")
	}
	if err := play.Close(); err != nil {
		t.Errorf("Close: %.300v", err)
	}
}

// Many clients that begin alike at once are each another recorded connection.
func TestPlaybackIsForManyThatBeginAlike(t *testing.T) {
	const many = 300
	talk := func(srv *fakeserver.Server) {
		var all []net.Conn
		for range many {
			c := dial(t, srv)
			send(t, c, "hi")
			all = append(all, c)
		}
		for _, c := range all {
			wantExactly(t, c, "hi")
			c.Close()
		}
		wait(t, srv, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Close).Len() == many })
	}
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	talk(srv)
	play := &fakeserver.Playback{Recording: srv.Recording(), Match: fakeserver.ByFirstBytes}
	talk(fakeserver.Start(t, fakeserver.Config{Handler: play}))
	if left := play.Unplayed(); left != nil {
		t.Errorf("Unplayed = %v, want none", left)
	}
}
