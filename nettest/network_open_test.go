package nettest_test

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

func TestConnsAreOpenUntilTheirClientsCloseThem(t *testing.T) {
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
		c, err := n.Host("far").Dial("tcp", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	want("when dialled", 3)
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
