package nettest_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

func TestOpenConnsAreThoseThatClientsHaveNotClosed(t *testing.T) {
	var n nettest.Network
	srv := fakeserver.Start(t, fakeserver.Config{Transport: &n})
	want := func(when string, count int) {
		t.Helper()
		if all := n.OpenConns(); len(all) != count {
			t.Errorf("%s: %d connections are open, want %d", when, len(all), count)
		}
	}
	want("before all", 0)
	for range 3 {
		c, err := n.Host("far").DialContext(context.Background(), "tcp", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	want("when dialed", 3)
	if err := srv.CloseClientConns(transcript.ByRST); err != nil {
		t.Fatal(err)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	all := n.OpenConns()
	want("when reset", 3)
	all[0].Close()
	all[1].Reset()
	want("when two are closed", 1)
}

func TestWriteWaitsWhileTheWindowIsFull(t *testing.T) {
	nettest.Bubble(t, func(tb fakeserver.TB) {
		n := nettest.Network{Window: 10}
		l, err := n.Listen(t.Context(), "tcp", "")
		if err != nil {
			tb.Fatalf("%v", err)
		}
		defer l.Close()
		c, err := n.DialContext(context.Background(), "tcp", l.Addr().String())
		if err != nil {
			tb.Fatalf("%v", err)
		}
		peer, err := l.Accept()
		if err != nil {
			tb.Fatalf("%v", err)
		}
		defer peer.Close()
		want := func(when string, waits bool) {
			tb.Helper()
			synctest.Wait()
			if got := c.(*nettest.Conn).WriteWaits(); got != waits {
				tb.Errorf("%s: WriteWaits is %v", when, got)
			}
		}
		want("before all", false)
		go func() {
			c.Write(make([]byte, 10))
			c.Write(make([]byte, 1))
			c.Close()
		}()
		want("when the window is full", true)
		peer.Read(make([]byte, 10))
		want("when it has room", false)
	})
}
