// Package nettest is what stands around a test of networking code: an in-memory network,
// bubbles in which its time is virtual, conformance suites, and what any such test asks for: that a
// call returns, and that nothing is left. Package match, below it, has
// the Gomega matchers for what a fake server has recorded; package subject runs a client, and tells
// what else it did.
//
// A [Network] takes the place of the kernel's. A server is given it, and the client its dialer:
//
//	func TestClientTriesAgain(t *testing.T) {
//		nettest.Bubble(t, func(tb fakeserver.TB) {
//			var network nettest.Network
//			srv := fakeserver.Start(tb, fakeserver.Config{
//				Transport: &network,
//				Handler:   fakeserver.Lines{},
//				Faults: fault.Plan{Rules: []fault.Rule{
//					fault.ToClient(fault.Stall{}).OnConn(1),
//				}},
//			})
//			client := ping.Client{Dial: network.DialContext, Timeout: time.Hour}
//			if err := client.Ping(srv.Addr()); err != nil {
//				tb.Fatalf("after %d tries: %v", srv.Transcript().Conns(), err)
//			}
//		})
//	}
//
// # Words
//
// A [Network] has streams and datagrams: [Conn], [Listener] and [PacketConn] are what package
// net's are, and fail with the same errors. A [Host] is a machine on it. A partition cuts the
// way between two hosts. A [Bubble] is a testing/synctest bubble with a test of its own inside;
// [BubbleIn] makes one for Ginkgo. [Within] bounds a call, and [NoLeaks] looks at the end of a test for what it
// left behind, on any network and in any test. [TLS] has a throw-away certificate for a server, and [CertPool] what
// trusts it.
//
// # In a bubble
//
// In a bubble a Network has the bubble's time, and a dialogue that strictly alternates
// gives the same record in each run: event for event, with its times, whatever the plan
// does to it, and however it ends: by a rule, by the handler, or by the client.
//
// What two sides do at the same moment does not alternate, and has no order. Examples are a
// client that closes when it has its answer and a server that closes when it has sent it, and
// a client that closes while an answer is on its way, which the server may learn from
// a Read or from a Write. Let one of the two pause, or compare what Transcript.Canonical
// returns, which is the same for both orders.
//
// # Conformance
//
// [TestListener], [TestPacketConn] and [TestHalfClose] are for those who implement
// package net's interfaces: in memory, over another protocol, or around a
// connection. Each is a table of demands, with the reason for each; the kernel's TCP, UDP and
// unix sockets meet all of them, and so do [Network] and package fakeserver's wrappers. They
// complement golang.org/x/net/nettest.TestConn, which is about connections that are open.
//
// # Limits
//
// A Network has no routers, and no latency except that of connecting; delays and losses are
// faults of a server's plan. What else differs from Linux is listed at [Network].
//
// The standard library's proposal and golang.org/x/net have packages of the same name.
// Beside those, import this one as fakenet:
//
//	import fakenet "github.com/fakewire/fakewire/nettest"
package nettest
