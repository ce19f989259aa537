// Package decide is the border between deciding and doing.
//
// Package fault decides what goes wrong, as a pure function: it has no socket, no clock and no
// goroutine. Package fakeserver carries that out, with all three. This package holds the words
// they have in common, and imports neither of them:
//
//	Program   what a server goes by: makes the two below, and decides about accepts
//	Stream    decides about one direction of a connection, in Steps
//	Peer      decides about one direction of a peer's datagrams, a Verdict for each
//	Step      one decision about a stream: pass these bytes, stop here, end it
//	Verdict   the decision about one datagram: how often it arrives, when, and what it says
//	Bucket    when bytes may pass, where their speed is limited
//
// The three interfaces are the engine's duties, and say what their caller owes it. A rule goes
// this way:
//
//	fault.Plan -> Compile -> Program -> Stream -> Step -> carried out -> Done -> fault.Report
//
// # Offsets and times
//
// Offsets count the sender's bytes of one direction, before any fault. Times come from outside, as
// the age of the connection, or of the peer: how long ago it was first seen. The steps of one
// stream are decided, and carried out, in order.
//
// # Limits
//
// There is one engine. A Program, a Stream and a Step of one know each other by more than this
// package shows: don't mix those of different servers.
package decide
