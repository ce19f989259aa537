package fakeserver_test

import (
	"context"
	"io"
	"math"
	"net"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// What an exchange costs that is the same on every machine.

func TestEchoTouchesItsSocketTwiceForEachExchange(t *testing.T) {
	for _, row := range []struct {
		what string
		rule fault.Rule
		n    int64 // exchanges
		ok   func(calls, n int64) bool
		want string
	}{
		{"without rules", fault.Rule{}, 200, func(calls, n int64) bool { return calls == 2*n }, "2 for each: a read and a write"},
		{"with a rule that cuts", fault.ToClient(fault.Slice{Size: 8}), 5, func(calls, n int64) bool { return calls > 2*n }, "more: else nothing is counted here"},
	} {
		t.Run(row.what, func(t *testing.T) {
			p := fault.Plan{}
			if row.rule.Fault != nil {
				p = plan(row.rule)
			}
			var net tallied
			c := dial(t, fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Transport: &net, Faults: p}))
			echoTimes(t, c, 1) // by then the connection is served
			before := net.calls.Load()
			echoTimes(t, c, row.n)
			if calls := net.calls.Load() - before; !row.ok(calls, row.n) {
				t.Errorf("%d exchanges took %d calls of the socket, want %s", row.n, calls, row.want)
			}
		})
	}
}

// echoTimes sends 16 bytes and waits for as many, n times.
func echoTimes(t *testing.T, c net.Conn, n int64) {
	t.Helper()
	p := make([]byte, 16)
	for range n {
		if _, err := c.Write(p); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, p); err != nil {
			t.Fatal(err)
		}
	}
}

// tallied is the kernel's network, and counts the calls of its connections that may be calls of the kernel. A Read counts
// when it has returned.
type tallied struct{ calls atomic.Int64 }

func (n *tallied) Listen(_ context.Context, network, addr string) (net.Listener, error) {
	ln, err := net.Listen(network, addr)
	return talliedListener{ln, n}, err
}

func (n *tallied) ListenPacket(_ context.Context, network, addr string) (net.PacketConn, error) {
	return net.ListenPacket(network, addr)
}

type talliedListener struct {
	net.Listener
	n *tallied
}

func (l talliedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return talliedConn{c.(*net.TCPConn), l.n}, nil
}

type talliedConn struct {
	*net.TCPConn
	n *tallied
}

func (c talliedConn) Read(p []byte) (int, error) {
	defer c.n.calls.Add(1)
	return c.TCPConn.Read(p)
}

func (c talliedConn) Write(p []byte) (int, error) {
	c.n.calls.Add(1)
	return c.TCPConn.Write(p)
}

func (c talliedConn) SyscallConn() (syscall.RawConn, error) {
	c.n.calls.Add(1)
	return c.TCPConn.SyscallConn()
}

func (c talliedConn) SetReadDeadline(t time.Time) error {
	c.n.calls.Add(1)
	return c.TCPConn.SetReadDeadline(t)
}

func (c talliedConn) SetWriteDeadline(t time.Time) error {
	c.n.calls.Add(1)
	return c.TCPConn.SetWriteDeadline(t)
}

// The record's memory is all that exchanges allocate, in blocks that become larger.
func TestEchoAllocatesNothingForEachExchange(t *testing.T) {
	const n, blocks = 5000, 100
	for _, row := range []struct {
		what string
		rule fault.Rule
		ok   func(allocs uint64) bool
		want string
	}{
		{"without rules", fault.Rule{}, func(allocs uint64) bool { return allocs < blocks }, "those of the record's blocks alone"},
		{"with a rule that delays", fault.ToClient(fault.Latency{Delay: time.Nanosecond}), func(allocs uint64) bool { return allocs > n }, "more: else nothing is counted here"},
	} {
		t.Run(row.what, func(t *testing.T) {
			p := fault.Plan{}
			if row.rule.Fault != nil {
				p = plan(row.rule)
			}
			c := dial(t, fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: p}))
			echoTimes(t, c, 100)
			allocs := uint64(math.MaxUint64)
			for range 3 { // what else is in the process may allocate, too
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				echoTimes(t, c, n)
				runtime.ReadMemStats(&after)
				allocs = min(allocs, after.Mallocs-before.Mallocs)
			}
			if !row.ok(allocs) {
				t.Errorf("%d exchanges made %d allocations, want %s", n, allocs, row.want)
			}
		})
	}
}
