package match

import "github.com/fakewire/fakewire/fakeserver/transcript"

// HaveSentDatagram succeeds if the server has sent a datagram x to a client:
// HaveReceivedDatagram in the other direction. Datagrams count as they left, after
// any fault.
func HaveSentDatagram(x any) *DatagramMatcher {
	return newDatagramMatcher("HaveSentDatagram", transcript.ToClient, x)
}
