// Package fakeserver is fake TCP and UDP servers for tests: on real sockets, with a
// record of every byte, and with faults at exact places.
//
// A test starts a server, says how it answers and what goes wrong, runs its own
// client against it, and looks at the record:
//
//	srv := fakeserver.Start(t, fakeserver.Config{
//		Handler: fakeserver.Lines{},
//		Faults: fault.Plan{Rules: []fault.Rule{
//			fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(3),
//		}},
//	})
//	err := ping(srv.Addr()) // the client under test
//	fmt.Println(srv.Transcript())
//
// Start binds port 0 of the loopback address, so tests can run side by side, and
// closes the server at the test's end. It needs no framework: t may be a
// *testing.T, *testing.B or *testing.F, or Ginkgo's GinkgoT(). Listen does the same
// without a test.
//
// # Words
//
// A server owns one address for its whole life. Its [Handler] answers one
// connection; the handlers of this package, such as [Echo] and [Lines], are structs
// whose zero value works. What goes wrong is a [fault.Plan]. What happened is a
// [transcript.Transcript]. Conn N is the Nth connection the server accepted. A
// [PacketServer] does for datagrams what a [Server] does for connections.
//
// # Endings
//
// A FIN stays a FIN, a reset is an RST, and the record says which. When a handler
// returns nil or calls Close, the server half-closes, reads and records what the
// client still sends, and then closes, because closing with unread input would
// reset the connection. It gives that five seconds after the client's last byte,
// and half a minute in all.
//
// # Refusing connections
//
// [Server.Down] refuses connections on a port that the server keeps; [Server.Up]
// takes them again. The port is kept by a socket that never listens, so no other
// process gets it meanwhile.
//
// # When a test fails
//
// A server fails its test when a handler failed, when a handler hangs, and when a
// rule of its plan was never reached, unless the rule says MayNotFire. A test that
// has failed gets the record, the outcome of each rule, and, where a rule drew
// random numbers, the FAKEWIRE_SEED that repeats them. With FAKEWIRE_ARTIFACTS set to a
// directory, or go test's -artifacts, the whole record is written to a file.
//
// # Limits
//
// Linux is the first-class platform. Elsewhere Down and StartDown return an error
// that wraps errors.ErrUnsupported, the boundaries of [fault.Slice] are unconfirmed
// pauses, an RST may overtake bytes that the client has not read yet, and the
// kernel's own losses of datagrams are not counted.
//
// The kernel accepts connections by itself: a client can connect, and write up to
// about 4 MB on Linux, before any handler runs. UDP clients are told apart by their
// addresses: one that is given an earlier client's port is the same peer.
//
// Handlers of connections run at the same time, those of datagrams one after the
// other.
package fakeserver
