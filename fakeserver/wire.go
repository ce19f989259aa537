package fakeserver

import (
	"context"
	"net"
	"net/netip"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Wire is what Server, PacketServer, Listener and PacketConn have in common: an address to
// hand to a client, a record of what passed, a plan of what goes wrong, and an end. A helper
// that takes a Wire works with each of them:
//
//	func wantNothingSent(t *testing.T, w fakeserver.Wire) {
//		t.Helper()
//		if tr := w.Transcript(); len(tr.FromClient()) > 0 {
//			t.Errorf("the client sent something\n%v", tr)
//		}
//	}
//
// What else two of them have, such as Down, has one signature, too. SetHandler is an exception,
// since a PacketServer has a PacketHandler, so is Restart, since it has no connections to end, and so is Addr: a Server's and a PacketServer's is
// text to hand to a client, as Address is of all four; a Listener's is a net.Addr, since it is
// a [net.Listener]. A PacketConn, which is a [net.PacketConn], has LocalAddr.
//
// Wire is to be taken, and not to be implemented: it gets the methods that all four get.
type Wire interface {
	// Address returns the address to hand to a client, such as "127.0.0.1:4242".
	Address() string
	// AddrPort returns Address as an IP address and port; zero, if it is of another kind.
	AddrPort() netip.AddrPort
	// Dial connects to Address as a client does, on whatever network that is.
	Dial(ctx context.Context) (net.Conn, error)
	// DialContext is Dial for clients that take a dialer. It ignores the address.
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
	// Transcript returns a snapshot of the record.
	Transcript() transcript.Transcript
	// Recording returns the record with the plan, what became of it, and how to run the test again.
	Recording() transcript.Recording
	// Mark returns the position in the record after what is recorded so far.
	Mark() transcript.Mark
	// Wait sleeps until cond holds for the record.
	Wait(ctx context.Context, cond func(transcript.Transcript) bool) error
	// SetFaults replaces the plan while traffic flows.
	SetFaults(p fault.Plan) error
	// Release opens the gate of a Hold rule.
	Release(name string) error
	// Rearm closes a gate that was released.
	Rearm(name string) error
	// AwaitHeld waits until something is held at a gate.
	AwaitHeld(ctx context.Context, name string) error
	// Report returns what became of the plan's rules so far.
	Report() fault.Report
	// FiredSince returns how often a rule has acted since a mark.
	FiredSince(rule string, m transcript.Mark) int64
	// Verify returns an error that names everything that went wrong.
	Verify() error
	// Stop ends everything, as the end of a test does that started it.
	Stop() error
	// Done returns a channel that is closed when that is over.
	Done() <-chan struct{}
}
