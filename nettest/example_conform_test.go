package nettest_test

import (
	"context"
	"flag"
	"fmt"
	"net"
	"testing"

	"github.com/fakewire/fakewire/nettest"
)

// inTest runs the body of a test, which is where to call a suite:
//
//	func TestMyListener(t *testing.T) { nettest.TestListener(t, …) }
func inTest(body func(t *testing.T)) (ok bool) {
	verbose := flag.Lookup("test.v").Value
	defer verbose.Set(verbose.String())
	verbose.Set("false")
	return runTest("TestMine", body)
}

func ExampleTestListener() {
	ok := inTest(func(t *testing.T) {
		nettest.TestListener(t, func() (net.Listener, func(context.Context) (net.Conn, error), func(), error) {
			ln, err := net.Listen("tcp", "127.0.0.1:0") // yours
			if err != nil {
				return nil, nil, nil, err
			}
			dial := func(ctx context.Context) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "tcp", ln.Addr().String())
			}
			return ln, dial, func() { ln.Close() }, nil
		})
	})
	fmt.Println(ok)
	// Output: true
}

func ExampleTestPacketConn() {
	ok := inTest(func(t *testing.T) {
		nettest.TestPacketConn(t, func() (c1, c2 net.PacketConn, stop func(), err error) {
			var n nettest.Network // yours
			if c1, err = n.ListenPacket(context.Background(), "udp", "127.0.0.1:0"); err != nil {
				return nil, nil, nil, err
			}
			if c2, err = n.ListenPacket(context.Background(), "udp", "127.0.0.1:0"); err != nil {
				return nil, nil, nil, err
			}
			return c1, c2, func() { c1.Close(); c2.Close() }, nil
		})
	})
	fmt.Println(ok)
	// Output: true
}

func ExampleTestHalfClose() {
	ok := inTest(func(t *testing.T) {
		nettest.TestHalfClose(t, func() (c1, c2 net.Conn, stop func(), err error) {
			var n nettest.Network // yours
			ln, err := n.Listen(context.Background(), "tcp", "127.0.0.1:0")
			if err != nil {
				return nil, nil, nil, err
			}
			defer ln.Close()
			if c1, err = n.DialContext(context.Background(), "tcp", ln.Addr().String()); err != nil {
				return nil, nil, nil, err
			}
			if c2, err = ln.Accept(); err != nil {
				return nil, nil, nil, err
			}
			return c1, c2, func() { c1.Close(); c2.Close() }, nil
		})
	})
	fmt.Println(ok)
	// Output: true
}
