package match

import "github.com/fakewire/fakewire/fakeserver/transcript"

// HaveReceived succeeds if clients have sent x to the server. Actual is a server of
// package fakeserver, or a transcript.Transcript.
//
// A string or []byte must be contained in what one connection's client has sent, and
// a *regexp.Regexp must match there, however the bytes were cut on their way. Bytes
// of two connections are never joined. A Gomega matcher gets all that one client has
// sent, as a string: Equal("PING\r\n") means these bytes and no others. OnConn says
// which connection; without it, any one of them will do.
//
// On a server of datagrams, x is looked for in each datagram by itself.
//
// What the server threw away was not received: a client that still sends when its
// connection's handler has ended, by itself or by a rule, sends in vain, though its
// Write succeeds. That is what HaveDiscarded is for. Where rules let the server read ahead
// of the handler, what it has read counts until the handler ends without it; then
// the matcher no longer holds.
//
// The empty string is an error, since everything contains it; to say that a client has
// sent nothing, use BeEmpty().
func HaveReceived(x any) *BytesMatcher {
	return newBytesMatcher("HaveReceived", flow{direction: transcript.FromClient}, x)
}
