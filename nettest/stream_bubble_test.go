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

// In a bubble a test can't have subtests, as TestConn wants; but a test of another run of tests
// can, and all its goroutines are in the bubble.
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

// runTest runs a test as if it were a binary's only one, once.
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

// A paced connection's Writes take virtual time. TestConn keeps some connections busy until a
// Sleep is over, and in a bubble the clock stands still while anybody is busy. All windows but the usual
// one are full before that Sleep is over.
type paced struct{ net.Conn }

func (c paced) Write(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return c.Conn.Write(p)
}
