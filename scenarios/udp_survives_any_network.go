package scenarios

import "github.com/fakewire/fakewire/fakeserver/fault"

// SurvivesAnyNetwork is the promise of a UDP client that nothing breaks which a search tries: it is what SurvivesAnyWire
// is of a TCP client. Datagrams are lost, all of them or one; they come twice, when the client has just given up, in
// another order, cut short, or beside one that only looks like them; and the port is unreachable, from the start or from
// some datagram on.
//
// In each trial the client does its exchange three times, each time anew, and if it has sessions, it makes one in others:
// Open, Ask 1 to 3, and Close. Each of these calls returns within Within, with the answer of a healthy wire or an error,
// and no goroutine stays that does not stay on a healthy wire, either. It may give up at each loss: that is for other
// promises. What a server answers to a request that was cut is not the client's business.
//
// How many plans there are, and where it is inconclusive, is as with SurvivesAnyWire.
var SurvivesAnyNetwork = Promise[UDPClient]{
	variable: "SurvivesAnyNetwork",
	Name:     "survives any network",
	Why: "Once a week a lookup gave another host's address. The answer to one question had come when the client had given up, and the next " +
		"question went out on the same socket. What a network does to datagrams is too much to be thought of one by one.",
	Labels: []string{"udp", "fault:loss", "fault:duplicate", "fault:latency", "fault:blackhole", "fault:refused"},
	check:  searched(searchOf[UDPClient]{medium: fault.Datagrams, each: true}),
}
