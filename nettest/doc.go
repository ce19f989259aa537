// Package nettest is what stands around a test of networking code: Gomega matchers for
// what a fake server has recorded and for what network errors say, an in-memory
// network, and conformance suites.
//
// A matcher is about a server of package fakeserver, or a transcript.Transcript:
//
//	srv := fakeserver.Start(GinkgoT(), fakeserver.Config{
//		Handler: fakeserver.Echo{},
//		Faults: fault.Plan{Rules: []fault.Rule{
//			fault.ToClient(fault.Reset{}).AfterBytes(3).OnConn(1).Named("cut"),
//		}},
//	})
//	err := ping(srv.Addr()) // the client under test, which does not try again
//	Expect(err).To(nettest.BeReset())
//	Expect(srv).To(nettest.HaveFired("cut"))
//	Eventually(srv).Should(nettest.HaveReceived("PING\r\n").OnConn(1))
//	Consistently(srv).Should(nettest.HaveConns(1))
//
// # Words
//
// The server receives what clients send, or, where a connection's handler has ended, throws
// it away: [HaveReceived], [HaveReceivedDatagram], [HaveDiscarded]. It sends: [HaveSent],
// [HaveSentDatagram]. It accepts connections and they end: [HaveConns],
// [HaveEnded]. The rules of its plan fire: [HaveFired]. What a client's call returned is
// an error: [BeReset], [BeRefused], [BeTimeout], [BeEOF], [BeBrokenPipe]. [Buffer] makes
// a gbytes.Buffer of what a client sends, for gbytes.Say.
//
// OnConn(n) means the nth connection that the server accepted, from 1, or for datagrams
// the nth peer. Without it a matcher holds if it holds for any one connection, and so
// its negation says that there is none.
//
// # Waiting
//
// A client's call may return before the server has read what it sent: ask with
// Eventually. Give it the server itself. Each matcher knows when nothing can change any
// more, such as when the server has closed or the client of the connection in question
// has sent its FIN, and Eventually then fails at once, and Consistently succeeds.
//
// # When an assertion fails
//
// The message says what was expected, what the connections in question had, and then
// shows the record, one line an event; of an error, the whole chain with its types. An
// assertion that can't be made, such as one about bytes that RecordLimit kept out of the
// record, is an error, and fails negated too. Importing this package also teaches Gomega
// to print servers as their record, where a matcher of its own prints one.
//
// # In a bubble
//
// In a [Bubble] a [Network] has the bubble's time, and a dialogue that goes strictly in turn
// gives the same record in each run: event for event, with its times, whatever the plan
// does to it, and however it ends: by a rule, by the handler, or by the client. What two sides
// do at the same moment is not in turn, and has no order: such as a client that closes when it
// has its answer, and a server that closes when it has sent it; or a client that closes while
// an answer is on its way to it, of which the server hears by its reads or by its writes. Let
// one of them pause, or compare what Transcript.Canonical returns, which is the same for both
// orders.
//
// # Conformance
//
// [TestListener], [TestPacketConn] and [TestHalfClose] are for those who implement
// package net's interfaces: in memory, over another protocol, or around a
// connection. Each is a table of demands, with the reason for each; the kernel's TCP, UDP and
// unix sockets meet all of them, and so do [Network] and package fakeserver's wrappers. They go
// with golang.org/x/net/nettest.TestConn, which is about connections that are open.
//
// # Limits
//
// Gomega asks a matcher whether anything can change only if it was given an object:
// Eventually(srv.Transcript) waits until its timeout.
//
// That a client has reset a connection does not say that all it sent before was read. So
// what is awaited on a connection that was reset is given up only when the server has
// closed its socket, and on one that the server reset, when the server itself has
// closed.
//
// Matchers keep what they saw for their message. Make a new one for each assertion.
//
// The standard library's proposal and golang.org/x/net have packages of the same name.
// Beside those, import this one as fakenet:
//
//	import fakenet "github.com/fakewire/fakewire/nettest"
package nettest
