package xnet

import (
	"context"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	xnettest "golang.org/x/net/nettest"

	"github.com/fakewire/fakewire/nettest"
)

func makePipeOn(n *nettest.Network) (c1, c2 net.Conn, stop func(), err error) {
	ln, err := n.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, nil, err
	}
	if c1, err = n.DialContext(context.Background(), "tcp", ln.Addr().String()); err != nil {
		return nil, nil, nil, err
	}
	if c2, err = ln.Accept(); err != nil {
		return nil, nil, nil, err
	}
	return c1, c2, func() { c1.Close(); c2.Close(); ln.Close() }, nil
}

// connWindows are the windows of connections that have to behave as any net.Conn: what holds for the
// usual one holds for those that are soon full, too.
var connWindows = []int{0, 1 << 16, 4 << 10, 1000}

func TestConn(t *testing.T) {
	for i := range repeats(t, len(connWindows)) {
		window := connWindows[i%len(connWindows)]
		t.Run(fmt.Sprint(window), func(t *testing.T) {
			t.Parallel()
			xnettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				return makePipeOn(&nettest.Network{Window: window})
			})
		})
	}
}

// A test in a bubble can't have subtests, which TestConn needs. But a test of another run of tests
// can have them, and all its goroutines are in the bubble.
func TestConnInABubble(t *testing.T) {
	t.Parallel()
	for i := range repeats(t, len(connWindows)) {
		window := connWindows[i%len(connWindows)]
		synctest.Test(t, func(t *testing.T) {
			if !runTest(fmt.Sprint(t.Name(), "/", window), func(t *testing.T) { testPacedConn(t, window) }) {
				t.Fail()
			}
		})
	}
}

func testPacedConn(t *testing.T, window int) {
	xnettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		c1, c2, stop, err = makePipeOn(&nettest.Network{Window: window})
		return paced{c1}, paced{c2}, stop, err
	})
}

// A paced connection's Writes take virtual time. TestConn keeps some connections busy until a
// Sleep is over, and in a bubble the clock stands still while a goroutine is busy. All windows but the
// usual one are full before that Sleep is over.
type paced struct{ net.Conn }

func (c paced) Write(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return c.Conn.Write(p)
}
