package nettest_test

import (
	"context"
	"errors"
	"flag"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// listens makes listeners on the kernel's network, at an address on which no other test
// listens: after Close nothing else must take the port.
func listens(network string) nettest.MakeListener {
	return func() (net.Listener, func(context.Context) (net.Conn, error), func(), error) {
		addr, clean := "127.77.0.1:0", func() {}
		if runtime.GOOS != "linux" {
			addr = "127.0.0.1:0"
		}
		if network == "unix" {
			dir, err := os.MkdirTemp("", "nettest")
			if err != nil {
				return nil, nil, nil, err
			}
			addr, clean = filepath.Join(dir, "s"), func() { os.RemoveAll(dir) }
		}
		ln, err := net.Listen(network, addr)
		if err != nil {
			clean()
			return nil, nil, nil, err
		}
		dial := func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, ln.Addr().String())
		}
		return ln, dial, func() { ln.Close(); clean() }, nil
	}
}

// listensInMemory makes listeners on a Network of their own.
func listensInMemory(address string) nettest.MakeListener {
	return func() (net.Listener, func(context.Context) (net.Conn, error), func(), error) {
		n := new(nettest.Network)
		ln, err := n.Host("server").Listen(context.Background(), "tcp", address)
		if err != nil {
			return nil, nil, nil, err
		}
		dial := func(ctx context.Context) (net.Conn, error) { return n.DialContext(ctx, "tcp", ln.Addr().String()) }
		return ln, dial, func() { ln.Close() }, nil
	}
}

// wrapped puts the fake wire above listeners.
func wrapped(below nettest.MakeListener) nettest.MakeListener {
	return func() (net.Listener, func(context.Context) (net.Conn, error), func(), error) {
		ln, dial, stop, err := below()
		if err != nil {
			return nil, nil, nil, err
		}
		above, err := fakeserver.WrapListener(ln, fakeserver.Config{})
		if err != nil {
			return nil, nil, nil, errors.Join(err, ln.Close())
		}
		return above, dial, func() { above.Stop(); stop() }, nil
	}
}

func TestListeners(t *testing.T) {
	for _, test := range []struct {
		name string
		mk   nettest.MakeListener
	}{
		{"TCP", listens("tcp")},
		{"Unix", listens("unix")},
		{"Network", listensInMemory("127.0.0.1:0")},
		{"WrappedTCP", wrapped(listens("tcp"))},
		{"WrappedUnix", wrapped(listens("unix"))},
		{"WrappedNetwork", wrapped(listensInMemory("127.0.0.1:0"))},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			nettest.TestListener(t, test.mk)
		})
	}
}

// pipes makes connections by a listener: the first end is the client's.
func pipes(listen nettest.MakeListener) nettest.MakePipe {
	return func() (c1, c2 net.Conn, stop func(), err error) {
		ln, dial, halt, err := listen()
		if err != nil {
			return nil, nil, nil, err
		}
		if c1, err = dial(context.Background()); err == nil {
			c2, err = ln.Accept()
		}
		if err != nil {
			halt()
			return nil, nil, nil, err
		}
		return c1, c2, func() { c1.Close(); c2.Close(); halt() }, nil
	}
}

// turned swaps the ends.
func turned(mk nettest.MakePipe) nettest.MakePipe {
	return func() (c1, c2 net.Conn, stop func(), err error) {
		c2, c1, stop, err = mk()
		return c1, c2, stop, err
	}
}

func TestHalfCloses(t *testing.T) {
	for _, test := range []struct {
		name string
		mk   nettest.MakePipe
	}{
		{"TCP", pipes(listens("tcp"))},
		{"Unix", pipes(listens("unix"))},
		{"Network", makePipe},
		{"ToWrappedTCP", pipes(wrapped(listens("tcp")))},
		{"FromWrappedTCP", turned(pipes(wrapped(listens("tcp"))))},
		{"FromWrappedUnix", turned(pipes(wrapped(listens("unix"))))},
		{"ToWrappedNetwork", pipes(wrapped(listensInMemory("127.0.0.1:0")))},
		{"FromWrappedNetwork", turned(pipes(wrapped(listensInMemory("127.0.0.1:0"))))},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			nettest.TestHalfClose(t, test.mk)
		})
	}
}

// packetPairs makes pairs of packet conns.
func packetPairs(listen func() (net.PacketConn, error)) nettest.MakePacketConns {
	return func() (c1, c2 net.PacketConn, stop func(), err error) {
		if c1, err = listen(); err != nil {
			return nil, nil, nil, err
		}
		if c2, err = listen(); err != nil {
			c1.Close()
			return nil, nil, nil, err
		}
		return c1, c2, func() { c1.Close(); c2.Close() }, nil
	}
}

func listenUDP() (net.PacketConn, error) { return net.ListenPacket("udp", "127.0.0.1:0") }

// makeUnixgrams makes a pair of unix sockets, in a directory of their own.
func makeUnixgrams() (c1, c2 net.PacketConn, stop func(), err error) {
	dir, err := os.MkdirTemp("", "nettest")
	if err != nil {
		return nil, nil, nil, err
	}
	next := 'a'
	c1, c2, halt, err := packetPairs(func() (net.PacketConn, error) {
		path := filepath.Join(dir, string(next))
		next++
		return net.ListenPacket("unixgram", path)
	})()
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, nil, err
	}
	return c1, c2, func() { halt(); os.RemoveAll(dir) }, nil
}

func makeMemoryPackets() (c1, c2 net.PacketConn, stop func(), err error) {
	n := new(nettest.Network)
	return packetPairs(func() (net.PacketConn, error) {
		return n.ListenPacket(context.Background(), "udp", "127.0.0.1:0")
	})()
}

// wrappedPackets puts the fake wire above packet conns.
func wrappedPackets(below nettest.MakePacketConns) nettest.MakePacketConns {
	return func() (c1, c2 net.PacketConn, stop func(), err error) {
		a, b, halt, err := below()
		if err != nil {
			return nil, nil, nil, err
		}
		aboveA, errA := fakeserver.WrapPacketConn(a, fakeserver.PacketConfig{})
		aboveB, errB := fakeserver.WrapPacketConn(b, fakeserver.PacketConfig{})
		if err := errors.Join(errA, errB); err != nil {
			halt()
			return nil, nil, nil, err
		}
		return aboveA, aboveB, func() { aboveA.Close(); aboveB.Close(); halt() }, nil
	}
}

func TestPacketConns(t *testing.T) {
	for _, test := range []struct {
		name string
		mk   nettest.MakePacketConns
	}{
		{"UDP", packetPairs(listenUDP)},
		{"Unixgram", makeUnixgrams},
		{"Network", makeMemoryPackets},
		{"WrappedUDP", wrappedPackets(packetPairs(listenUDP))},
		{"WrappedUnixgram", wrappedPackets(makeUnixgrams)},
		{"WrappedNetwork", wrappedPackets(makeMemoryPackets)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.name == "Unixgram" && runtime.GOOS == "windows" {
				t.Skip("no unixgram")
			}
			t.Parallel()
			nettest.TestPacketConn(t, test.mk)
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

// A test in a bubble can't have subtests. But a test of another run of tests can have them, and all its
// goroutines are in the bubble.
func TestConformanceInABubble(t *testing.T) {
	for name, suite := range map[string]func(*testing.T){
		"Listener":        func(t *testing.T) { nettest.TestListener(t, listensInMemory("127.0.0.1:0")) },
		"WrappedListener": func(t *testing.T) { nettest.TestListener(t, wrapped(listensInMemory("127.0.0.1:0"))) },
		"PacketConn":      func(t *testing.T) { nettest.TestPacketConn(t, makeMemoryPackets) },
		"HalfClose":       func(t *testing.T) { nettest.TestHalfClose(t, makePipe) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if !runTest(t.Name(), suite) {
					t.Fail()
				}
			})
		})
	}
}
