package bubbletest

import (
	"context"
	"io"
	"testing"

	. "github.com/onsi/ginkgo/v2"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// A client without a deadline waits for an answer that the handler never sends. Both servers have a
// record to show.
func deadlocked(tb fakeserver.TB) {
	var n nettest.Network
	srv := fakeserver.Start(tb, fakeserver.Config{Transport: &n, Faults: neverReached, Handler: fakeserver.HandlerFunc(
		func(ctx context.Context, c *fakeserver.Conn) error {
			_, err := io.Copy(io.Discard, c) // line: handler waits
			return err
		})})
	packets := fakeserver.StartPacket(tb, fakeserver.PacketConfig{Transport: &n, Name: "the other"})
	u, err := n.DialContext(context.Background(), "udp", packets.Addr())
	if err != nil {
		tb.Fatalf("%v", err)
	}
	u.Write([]byte("datagram"))
	c, err := n.DialContext(context.Background(), "tcp", srv.Addr())
	if err != nil {
		tb.Fatalf("%v", err)
	}
	c.Write([]byte("PING"))
	c.Read(make([]byte, 1)) // line: client waits
}

// A goroutine outlives its servers, which have nothing to report.
func leftBehind(tb fakeserver.TB) {
	var n nettest.Network
	srv := fakeserver.Start(tb, fakeserver.Config{Transport: &n})
	c, err := n.DialContext(context.Background(), "tcp", srv.Addr())
	if err != nil {
		tb.Fatalf("%v", err)
	}
	c.Write([]byte("PING"))
	go func() {
		select {} // line: left behind
	}()
}

func TestServers(t *testing.T) {
	if !failing {
		t.Skip("only in a process of its own")
	}
	t.Run("deadlocked", func(t *testing.T) { nettest.Bubble(t, deadlocked) })
	t.Run("left", func(t *testing.T) { nettest.Bubble(t, leftBehind) })
	t.Run("cleanup", func(t *testing.T) {
		nettest.Bubble(t, func(tb fakeserver.TB) { // line: bubble of cleanup
			fakeserver.Start(tb, fakeserver.Config{Transport: new(nettest.Network), Faults: neverReached}) // line: Start in a bubble
		})
	})
	t.Run("failed already", func(t *testing.T) {
		nettest.Bubble(t, func(tb fakeserver.TB) { // line: bubble of failed
			fakeserver.Start(tb, fakeserver.Config{Transport: new(nettest.Network)})
			tb.Errorf("wrong")
		})
	})
	t.Run("real", func(t *testing.T) {
		nettest.Bubble(t, func(tb fakeserver.TB) {
			fakeserver.Start(tb, fakeserver.Config{}) // line: real
		})
	})
}

var _ = Describe("servers in a bubble", Ordered, ContinueOnFailure, func() {
	if !failing {
		return
	}
	It("is deadlocked", func() { bubble(deadlocked) })
	It("leaves one behind", func() { bubble(leftBehind) })
})
