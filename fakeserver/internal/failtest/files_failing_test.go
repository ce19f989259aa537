package failtest

import (
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

func TestFiles(t *testing.T) {
	onlyFailing(t)
	t.Run("stalls", func(t *testing.T) {
		stall(t, fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "PONG PONG"}, Faults: stalling}))
		t.Error("no answer")
	})
	t.Run("two", func(t *testing.T) {
		fakeserver.StartBoth(t, fakeserver.Config{Name: "../both"}, fakeserver.PacketConfig{})
		t.Error("wrong")
	})
	t.Run("bubble", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			fakeserver.Start(t, fakeserver.Config{Transport: new(nettest.Network), Faults: neverReached})
		})
	})
	t.Run("skips", func(t *testing.T) {
		fakeserver.Start(t, fakeserver.Config{Faults: neverReached})
		t.Skip("not today")
	})
	t.Run("passes", func(t *testing.T) { fakeserver.Start(t, fakeserver.Config{}) })
}
