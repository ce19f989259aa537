package nettest

import "github.com/fakewire/fakewire/fakeserver/transcript"

// HaveDiscarded succeeds if a client has sent x in vain: the server took it off the wire,
// but the connection's handler had ended, by itself, by a rule or by CloseClientConns,
// and never had it. To a client that is what a server's crash or restart looks like: its
// Write succeeds, and the bytes are lost. A logger that is told of that and sends its
// lines again has them both discarded here and received on the next connection.
//
// x is what it is for HaveReceived. Datagrams are never discarded.
func HaveDiscarded(x any) *BytesMatcher {
	f := flow{d: transcript.FromClient, discarded: true}
	return &BytesMatcher{name: "HaveDiscarded", flow: f, x: newPattern("HaveDiscarded", x)}
}
