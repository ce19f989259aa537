package nettest_test

import (
	"flag"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	xnettest "golang.org/x/net/nettest"

	"github.com/fakewire/fakewire/nettest"
)

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

// runTest runs a test as if it were the only one of its binary, once.
func runTest(name string, f func(*testing.T)) bool {
	all := func(string, string) (bool, error) { return true, nil }
	count := flag.Lookup("test.count").Value
	defer count.Set(count.String())
	count.Set("1")
	return testing.RunTests(all, []testing.InternalTest{{Name: name, F: f}})
}

func testPacedConn(t *testing.T, window int) {
	xnettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		c1, c2, stop, err = makePipeOn(&nettest.Network{Window: window})
		return paced{c1}, paced{c2}, stop, err
	})
}

// The Writes of a paced connection take virtual time. TestConn keeps some connections busy until a
// Sleep is over, and in a bubble the clock stands still while a goroutine is busy. All windows except the default
// one are full before that Sleep is over.
type paced struct{ net.Conn }

func (c paced) Write(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return c.Conn.Write(p)
}
