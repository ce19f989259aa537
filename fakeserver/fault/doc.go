// Package fault says what goes wrong on the wire, and decides where.
//
// A [Plan] is a seed and rules; a [Rule] is a [Fault] with its place:
//
//	fault.Plan{Rules: []fault.Rule{
//		fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(3),
//		fault.FromClient(fault.Loss{Rate: 0.1}).AfterDatagrams(10),
//	}}
//
// Plans are plain data. This package decides and does not act: it has no socket,
// no clock and no goroutine. A server compiles its plan to a [Program] and carries
// out what that decides.
//
// # Offsets
//
// Places count what the sender sent, before any fault: the client's bytes, or what
// the handler wrote. A fault that acts once acts as soon as the byte in front of
// its offset has passed; others act on all bytes from their offset on. Datagrams
// are numbered from 1, for each peer and direction.
//
// Where rules of both directions end a connection, the first to come to its offset
// does, and at the connection's beginning the one ToClient. Nothing acts once the socket
// is closed: a rule that comes to its offset then is armed, as is the one of two endings
// at the same offset that the plan has second.
//
// # What becomes of a rule
//
// A rule has fired if it acted. Else it is not reached, or passed: it came with SetFaults
// when its offset was behind the connection; or armed: its offset was reached, and its
// draws, what it came to, or another ending let it do nothing. [Report.Verify] takes none
// of these for success, unless the rule says MayNotFire, draws could decide against it and
// did so, or it was taken out of the plan. MustHit lets the last two be no excuse.
//
// # Determinism
//
// A decision depends on the seed, the rule's key, the connection's number, the
// direction, and the bytes or datagrams so far. It does not depend on how a stream
// was cut into reads and writes, on time, or on goroutines. Adding, removing or
// reordering other rules does not change a rule's draws; two unnamed rules of
// the same kind and direction are told apart by their order, so name them.
//
// # Limits
//
// Losing, duplicating or reordering bytes of a TCP stream would be corruption, not
// packet loss, which TCP repairs: those faults are for datagrams only.
package fault
