package nettest_test

import (
	"io"
	"net"
	"testing"

	"github.com/fakewire/fakewire/nettest"
)

// allocsOf returns how often f allocates once it has run a few times. Whatever else runs meanwhile is rounded away.
func allocsOf(f func()) float64 {
	for range 100 {
		f()
	}
	return testing.AllocsPerRun(2000, f)
}

func TestNetworkStreamsAllocateNothingOnceWarm(t *testing.T) {
	for _, size := range []int{512, 4 << 10, 32 << 10} {
		client, server := pair(t, new(nettest.Network))
		p := make([]byte, size)
		passes := func() { pass(t, client, server, p) }
		if n := allocsOf(passes); n != 0 {
			t.Errorf("%d bytes allocate %v times on their way", size, n)
		}
		// The check itself: what allocates is seen.
		if n := allocsOf(func() { passes(); sunk = make([]byte, size) }); n != 1 {
			t.Errorf("with an allocation it is %v, want 1", n)
		}
	}
}

// sunk keeps what is allocated from being optimized away.
var sunk []byte

// pass writes p, and reads it at the other end.
func pass(t *testing.T, client, server net.Conn, p []byte) {
	if _, err := client.Write(p); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(server, p); err != nil {
		t.Fatal(err)
	}
}

// Here a Read waits each time, and is woken.
func TestNetworkPingPongAllocatesNothingOnceWarm(t *testing.T) {
	client, server := pair(t, new(nettest.Network))
	over := make(chan struct{})
	go func() {
		defer close(over)
		io.CopyBuffer(struct{ io.Writer }{server}, struct{ io.Reader }{server}, make([]byte, 64))
	}()
	p := make([]byte, 64)
	if n := allocsOf(func() { pass(t, client, client, p) }); n != 0 {
		t.Errorf("64 bytes there and back allocate %v times", n)
	}
	client.Close()
	<-over
}
