package nettest

import (
	"net"
	"testing"
)

// A MakePacketConns returns two packet conns, each of which can send to the other's LocalAddr and to
// its own, and to which nothing else sends. stop closes everything, and makes blocked calls return.
type MakePacketConns = func() (c1, c2 net.PacketConn, stop func(), err error)

// TestPacketConn tests that a net.PacketConn does what callers of [net.ListenPacket] rely on: that it
// keeps the boundaries of datagrams, that blocked calls obey deadlines and Close,
// and that its methods may be called from several goroutines. Each demand is a subtest, which says why
// the demand is made.
//
// None of the datagrams may be lost: there are never more than a hundred small ones on the way. They may
// arrive in another order.
//
// What fails is wrong, but some mistakes show only in some runs: run it more than once, with
// the race detector.
func TestPacketConn(t *testing.T, mk MakePacketConns) {
	t.Helper()
	conform(t, packetDemands, func() (*packets, func(), error) { return newPackets(mk) })
}

var packetDemands = []demand[*packets]{
	{"Borders", "Each ReadFrom returns one whole datagram, even if several are waiting.",
		(*packets).testBorders},
	{"Sender", "ReadFrom returns the sender's address, to which an answer can be written.",
		(*packets).testSender},
	{"AddrIsKept", "The address that ReadFrom returned belongs to the caller: it does not change with the next datagram.",
		(*packets).testAddrIsKept},
	{"BufferIsNotKept", "WriteTo is done with its buffer when it returns: callers reuse that at once.",
		(*packets).testBufferIsNotKept},
	{"Empty", "A datagram without bytes is a datagram. ReadFrom returns 0, no error, and its sender.",
		(*packets).testEmpty},
	{"ShortBuffer", "What does not fit into ReadFrom's buffer is lost, and is not the beginning of the next datagram.",
		(*packets).testShortBuffer},
	{"ReadFromWaits", "ReadFrom waits for a datagram.",
		(*packets).testReadFromWaits},
	{"AtOnce", "All methods may be called from several goroutines. No datagram is read twice, and none is mixed with another.",
		(*packets).testAtOnce},
	{"CloseWakesReads", "Close makes all blocked ReadFroms return net.ErrClosed. That is how servers are stopped.",
		(*packets).testCloseWakesReads},
	{"AfterClose", "After Close, all calls return net.ErrClosed, which tells a server that nothing went wrong.",
		(*packets).testAfterClose},
	{"CloseTwice", "A second Close does no harm. It may return net.ErrClosed.",
		(*packets).testCloseTwice},
	{"PastDeadline", "Under a deadline that has passed, ReadFrom returns at once, each time, until the deadline is cleared. It consumes no datagram.",
		(*packets).testPastDeadline},
	{"DeadlinePasses", "A deadline ends a blocked ReadFrom, and not early.",
		(*packets).testDeadlinePasses},
	{"DeadlineIsMoved", "A new deadline applies to a ReadFrom that is already blocked.",
		(*packets).testDeadlineIsMoved},
	{"DeadlineIsCleared", "A deadline that is cleared in time does nothing, even to a blocked ReadFrom.",
		(*packets).testDeadlineIsCleared},
	{"DeadlinesAreTwo", "The deadline for reading does not apply to WriteTo, nor the other way around. SetDeadline sets both.",
		(*packets).testDeadlinesAreTwo},
}
