// Package fault says what goes wrong on the wire, and decides where.
//
// A [Plan] is a seed and rules; a [Rule] is a [Fault] plus where, when and how often it acts:
//
//	fault.Plan{Rules: []fault.Rule{
//		fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(3),
//		fault.FromClient(fault.Loss{Rate: 0.1}).AfterDatagrams(10),
//	}}
//
// Plans are plain data. This package decides and does not act: it has no socket,
// no clock and no goroutine. A server carries out what its plan decides, and gives a
// [Report] of what became of each rule.
//
// # Faults
//
// For streams, which are connections:
//
//   - [Latency], [Bandwidth]: bytes are late, or slow
//   - [Slice]: the receiver's reads end at boundaries
//   - [Stall], [Hold]: a direction stops, for a time, for good, or until the test lets it go on
//   - [Reset], [Close], [HalfClose], [SlowClose]: an RST, a FIN, a FIN one way, a FIN that is late
//   - [Exit]: what the end of the server's process does to a connection
//   - [Down], [Restart]: the server refuses connections for a time; those that are open end, too
//   - [IgnoreDials]: it leaves dials without an answer for a time
//   - [FailAccept]: the Accept of a server behind a Listener fails, as the kernel's does
//   - [Blackhole]: bytes vanish
//   - [Corrupt], [Overwrite], [Replace]: bytes are changed, those at an offset, or wherever a text stands
//
// With [AtStart] the server is down, or ignores dials, from its start on.
//
// For datagrams:
//
//   - [Loss], [BurstLoss], [Blackhole]: some are lost, or all
//   - [Duplicate], [Reorder]: they come more than once, or out of order
//   - [Forge]: beside them comes another that only looks like one
//   - [Latency], [Bandwidth]: they are late, or slow
//   - [Down], [Restart]: the server refuses them for a time
//   - [Corrupt], [Overwrite], [Truncate], [Enlarge]: they are changed, cut short, or padded
//
// Losing, duplicating or reordering bytes of a TCP stream would be corruption, not packet loss,
// which TCP repairs: so those faults are for datagrams only.
//
// # Offsets
//
// Offsets count what the sender sent, before any fault: the client's bytes, or what
// the handler wrote. A fault that acts once acts as soon as the byte before
// its offset has passed; others act on all bytes from their offset on. Datagrams
// are numbered from 1, for each peer and direction, before any fault.
//
// A rule may also go by content: AfterMatch, AfterNthMatch and AfterEveryMatch look for bytes,
// in the rule's own direction or, with AfterMatchIn, in the other; Plus adds to the offset that
// they come to, and Containing selects datagrams. What they look at is what the sender sent, too.
//
// # What is counted
//
// Everything is counted on its own for each connection or peer and each direction, and
// nothing for a server as a whole but the numbers of connections and peers: so one
// client's timing never chooses what another loses. A peer of datagrams is a client's
// socket; where that can't be told, its address (see the limits of package fakeserver). With
// r a rule:
//
//	connection, peer      the Nth that came to the server, or was sent something: OnConn, FromConn
//	AfterDatagrams        the peer's datagrams of r's direction, from the peer's first
//	AfterNthMatch         from AfterBytes, AfterWrites or AfterDatagrams on; else from the first
//	                      byte or datagram, or for a rule that came with SetFaults, from there
//	AfterWrites           the handler's Writes on the connection, from its first
//	ForDatagrams          from where r begins, with Containing those that r is for
//	Loss.Nth, Loss.Every  the same, those lost by other rules, too
//	Times                 how often r acted, at all matches together
//	WithProbability,      one draw for each datagram, which depends on the seed, r's key,
//	Rate, Jitter          the peer's number, the direction and the datagram's number; for Jitter,
//	                      one for each copy of it
//	BurstLoss             one step of a chain for each datagram, from where r begins; draws as above
//	Reorder.Gap,          later datagrams
//	Duplicate.Gap
//	Bandwidth             bytes
//	AfterTime, ForTime    from the peer's first datagram, in either direction
//
// A client that opens a socket for each query, as DNS clients do, is a peer for each: what
// counts within a peer (Nth, Every, AfterDatagrams, the bursts of BurstLoss, Reorder) never
// gets further than its one datagram. Rates do, and lose the same queries in each run of
// a seed if these come one after the other; to lose the 200th, use OnConn(200).
//
// Where rules of both directions end a connection, the first to come to its offset
// does, and at the connection's beginning the one ToClient. Nothing acts once the socket
// is closed: a rule that comes to its offset then is armed, as is the one of two endings
// at the same offset that the plan has second.
//
// # Changing faults on live streams
//
// A server's SetFaults replaces the plan while traffic flows. Rules that stay go on where they
// are. For those that come, offsets and numbers still count from the beginning: one for the very
// offset at which a connection stands acts at once, and one for an earlier offset has been passed.
// [Rule.Now] begins wherever each connection stands, so that nothing passes it, and shows how all
// connections are cut without being closed, and healed. It depends on when SetFaults is called, as
// rules by time do on the clock; the record says where it began. A rule [AtStart] comes too late,
// unless it is for Now.
//
// # What becomes of a rule
//
// A rule has fired if it acted. Else it is not reached, or passed: it came with SetFaults
// when the connection was past its offset; or armed: its offset was reached, and its
// draws, what it came to, or another ending let it do nothing. [Report.Verify] takes none
// of these for success, unless the rule's [Demand] excuses it.
//
// # Determinism
//
// A decision depends on the seed, the rule's key, the connection's number, the
// direction, and the bytes or datagrams so far. It does not depend on how a stream
// was cut into reads and writes (but for AfterWrites), on time (but for AfterTime,
// ForTime and Now), or on goroutines.
//
// With AfterMatchIn it depends on both directions: on how far the rule's own has come when the match
// comes in the other. That is the same in every run if the client and the handler take turns, since
// each of them waits for the other's bytes and sends none meanwhile. It is so as well for what goes
// to the client if the handler writes only after it has read what it answers. Of two sides that talk
// at the same time, one is faster now and the other then.
//
// A rule's key is its Name. If it has none, the key is made of the fault's kind, the direction and
// the rule's ordinal among the unnamed rules of that kind and direction: "reset.ToClient.2". So
// adding, removing or reordering other rules does not change a rule's draws; two unnamed rules of
// the same kind and direction are told apart by their order, so name them.
//
// What draws in a stream draws once for each cell: the 1460 bytes, the payload of a full Ethernet
// frame, from each multiple of 1460 on. So a cell's draw is the same however its bytes come. Slice
// draws once for each piece, and WithProbability once for each connection and direction; for
// datagrams, there is a draw for each.
package fault
