package nettest

import (
	"context"
	"net"
	"testing"
)

// A MakeListener returns a listener that nothing else connects to, and a function that does. dial
// may block until there is an Accept; once the listener is closed, it must fail. stop closes
// everything, and makes blocked calls return.
type MakeListener = func() (ln net.Listener, dial func(context.Context) (net.Conn, error), stop func(), err error)

// TestListener tests that a net.Listener does what callers of [net.Listen] rely on: that it
// loses no connection, that it can be closed at any time, and, if it has SetDeadline, that
// blocked Accepts obey it. Each demand is a subtest, which says why the demand is made.
//
// What fails is wrong, but some mistakes show only in some runs: run it more than once, with
// the race detector.
func TestListener(t *testing.T, mk MakeListener) {
	t.Helper()
	conform(t, listenerDemands, func() (*listening, func(), error) { return listen(mk) })
}

var listenerDemands = []demand[*listening]{
	{"Accept", "Accept returns the other end of what was dialed.",
		(*listening).testAccept},
	{"Addresses", "The two ends of a connection agree on their addresses, one of which is the listener's.",
		(*listening).testAddresses},
	{"EachDial", "Each of many connections is accepted, and none twice.",
		(*listening).testEachDial},
	{"AcceptsAtOnce", "Accept may be called from several goroutines. Each gets a connection of its own.",
		(*listening).testAcceptsAtOnce},
	{"ClientThatLeft", "A client that leaves before it is accepted is no reason for Accept to fail: servers take its errors for the end of the listener.",
		(*listening).testClientThatLeft},
	{"CloseWakesAccepts", "Close makes all blocked Accepts return net.ErrClosed. That is how servers are stopped.",
		(*listening).testCloseWakesAccepts},
	{"AcceptAfterClose", "After Close, Accept returns net.ErrClosed, which tells a server that nothing went wrong.",
		(*listening).testAcceptAfterClose},
	{"CloseTwice", "A second Close does no harm: a server and its owner both close. It may return net.ErrClosed.",
		(*listening).testCloseTwice},
	{"ClosesAtOnce", "Close may be called from several goroutines. One of the calls succeeds.",
		(*listening).testClosesAtOnce},
	{"DialAfterClose", "After Close, no client gets a connection that will never be served.",
		(*listening).testDialAfterClose},
	{"CloseEndsTheBacklog", "Close ends the connections that were not accepted: their clients would wait forever.",
		(*listening).testCloseEndsTheBacklog},
	{"ConnOutlivesListener", "Close leaves accepted connections alone, so that a server can finish its work.",
		(*listening).testConnOutlivesListener},
	{"PastDeadline", "Under a deadline that has passed, Accept returns at once, each time, until the deadline is cleared.",
		(*listening).testPastDeadline},
	{"DeadlinePasses", "A deadline ends a blocked Accept, and not early.",
		(*listening).testDeadlinePasses},
	{"DeadlineIsMoved", "A new deadline applies to an Accept that is already blocked. Servers are stopped that way.",
		(*listening).testDeadlineIsMoved},
	{"DeadlineIsCleared", "A deadline that is cleared in time does nothing, even to a blocked Accept.",
		(*listening).testDeadlineIsCleared},
	{"DeadlineAfterClose", "After Close, SetDeadline returns net.ErrClosed.",
		(*listening).testDeadlineAfterClose},
}
