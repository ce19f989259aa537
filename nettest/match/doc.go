// Package match has Gomega matchers for what a fake server has recorded and for what
// network errors say. Dot-import it beside Gomega:
//
//	import (
//		. "github.com/onsi/gomega"
//
//		. "github.com/fakewire/fakewire/nettest/match"
//	)
//
//	srv := fakeserver.Start(GinkgoT(), fakeserver.Config{
//		Handler: fakeserver.Echo{},
//		Faults: fault.Plan{Rules: []fault.Rule{
//			fault.ToClient(fault.Reset{}).AfterBytes(3).OnConn(1).Named("cut"),
//		}},
//	})
//	err := ping(srv.Addr()) // the client under test, which does not try again
//	Expect(err).To(BeReset())
//	Expect(srv).To(HaveFired("cut"))
//	Eventually(srv).Should(HaveReceived("PING\r\n").OnConn(1))
//	Consistently(srv).Should(HaveConns(1))
//
// # Words
//
// These are about a server of package fakeserver, a transcript.Transcript or a transcript.Recording. The server
// receives what clients send, or throws it away if the connection's handler has ended:
// [HaveReceived], [HaveReceivedDatagram], [HaveDiscarded]. It sends: [HaveSent],
// [HaveSentDatagram]. It accepts connections, and they end: [HaveConns], [HaveEnded]. The
// rules of its plan fire: [HaveFired]. All of it is what a file has, which a run wrote that was
// right: [MatchTranscript]. [Buffer] makes a gbytes.Buffer of what a client
// sends, for gbytes.Say.
//
// These are about the error that a client's call returned: [BeReset], [BeRefused],
// [BeTimeout], [BeEOF], [BeBrokenPipe].
//
// OnConn(n) means the nth connection that the server accepted, from 1, or for datagrams
// the nth peer. Without it a matcher holds if it holds for any one connection, and so
// its negation says that it holds for none.
//
// Since(mark) means what was recorded after a mark, which srv.Mark() makes: where the specs of a
// suite share a server, each begins with one, so that what an earlier spec did satisfies
// nothing of its own. Connections keep their numbers.
//
// # Waiting
//
// A client's call may return before the server has read what the client sent, so ask with
// Eventually. Give it the server itself. Each matcher knows when nothing can change any
// more, such as when the server has closed or the client of the connection in question
// has sent its FIN; Eventually then fails at once, and Consistently succeeds.
//
// # When an assertion fails
//
// The message says what was expected and what the connections in question had, and then
// shows the record, one event on a line. For an error it shows the whole chain with its
// types, and names the matcher that would have held. An assertion that can't be made, such
// as one about bytes that RecordLimit left out of the record, is an error: it fails when
// negated, too.
//
// # Limits
//
// Gomega asks a matcher whether anything can change only if it was given an object:
// Eventually(srv.Transcript) waits until its timeout.
//
// That a client has reset a connection does not mean that all it sent before was read. So
// Eventually waits on a connection that the client reset until the server has closed its
// socket, and on one that the server reset until the server itself has closed.
//
// A matcher keeps what it saw for its message: make a new one for each assertion.
//
// Importing the package changes nothing in Gomega. Or, BeNil and other matchers that print
// the server themselves print it as Go data, unless they are taught by [FormatRecord].
package match
