package match

import "github.com/fakewire/fakewire/fakeserver/transcript"

// HaveReceivedDatagram succeeds if a client has sent a datagram x to the server.
// Actual is a server of datagrams, or its transcript.Transcript; a stream has none,
// and is an error.
//
// A string or []byte must be the whole datagram, and may be empty. A *regexp.Regexp
// must match in it. A Gomega matcher gets it as a string. Datagrams count as they
// arrived, before any fault: one that a rule lost was received.
func HaveReceivedDatagram(x any) *DatagramMatcher {
	return newDatagramMatcher("HaveReceivedDatagram", transcript.FromClient, x)
}
