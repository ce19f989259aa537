package nettest

import (
	"net"
	"testing"
)

// A MakePipe makes a connection and returns its two ends. stop closes everything, and makes blocked
// calls return. The argument of golang.org/x/net/nettest.TestConn is of the same type.
type MakePipe = func() (c1, c2 net.Conn, stop func(), err error)

// TestHalfClose tests that a net.Conn's CloseWrite does what a *[net.TCPConn]'s does: it ends one direction, after
// everything that was written, while the other goes on. If there is a CloseRead, that is tested, too. Each demand
// is a subtest, which says why the demand is made. x/net's TestConn has the demands on a connection
// that is open.
//
// What fails is wrong, but some mistakes show only in some runs: run it more than once, with
// the race detector.
func TestHalfClose(t *testing.T, mk MakePipe) {
	t.Helper()
	conform(t, halfCloseDemands, func() (*halves, func(), error) { return newHalves(mk) })
}

var halfCloseDemands = []demand[*halves]{
	{"EOF", "The peer reads everything that was written before CloseWrite, then io.EOF, and io.EOF again.",
		(*halves).testEOF},
	{"BigData", "A megabyte before CloseWrite arrives whole, however slowly it is read.",
		(*halves).testBigData},
	{"WakesRead", "A blocked Read returns io.EOF when the peer calls CloseWrite.",
		(*halves).testWakesRead},
	{"OtherDirection", "After CloseWrite the peer goes on writing, and all of it is read. That is what half-close is for.",
		(*halves).testOtherDirection},
	{"OwnRead", "CloseWrite leaves a blocked Read of the same end alone: it waits for the answer.",
		(*halves).testOwnRead},
	{"ReadDeadline", "After CloseWrite, Read still obeys deadlines: a client does not want to wait forever for its answer.",
		(*halves).testReadDeadline},
	{"WriteAfter", "After CloseWrite, Write fails, and none of it arrives. It is not a timeout: there is no use in trying again.",
		(*halves).testWriteAfter},
	{"DuringWrite", "CloseWrite may be called while a Write is blocked. The bytes that Write counted arrive, and no others.",
		(*halves).testDuringWrite},
	{"Twice", "A second CloseWrite does no harm: what is open stays open.",
		(*halves).testTwice},
	{"EachWay", "Both ends may send, and call CloseWrite, at the same time. Each reads everything.",
		(*halves).testEachWay},
	{"CloseAfter", "Close after CloseWrite succeeds, and loses nothing: it does not turn the end into a reset.",
		(*halves).testCloseAfter},
	{"CloseWakesRead", "Close after CloseWrite makes a blocked Read return net.ErrClosed.",
		(*halves).testCloseWakesRead},
	{"AfterClose", "After Close, CloseWrite returns net.ErrClosed.",
		(*halves).testAfterClose},
	{"CloseRead", "CloseRead, if there is one, ends the Reads of its own end, including a blocked one, and no Write.",
		(*halves).testCloseRead},
}
