package match

import "github.com/fakewire/fakewire/fakeserver/transcript"

// HaveDiscarded succeeds if a client has sent x in vain: the server took it off the wire,
// but the connection's handler had ended, by itself, by a rule or by CloseClientConns,
// and never got it. To a client that is what a server's crash or restart looks like: its
// Write succeeds, and the bytes are lost. The lines of a logger that notices that and
// sends them again are discarded on one connection and received on the next.
//
// x is as for HaveReceived. Datagrams are never discarded.
func HaveDiscarded(x any) *BytesMatcher {
	return newBytesMatcher("HaveDiscarded", flow{direction: transcript.FromClient, discarded: true}, x)
}
