package scenarios

import "bytes"

// CopesWithLargestDatagram is the promise of a UDP client that gets its answer
// though the largest datagram that there is, of 65,507 bytes on IPv4 and 65,527 on
// IPv6, comes from the server before the reply; and if it has sessions, that the
// next exchange does, though one came after the reply. Its bytes are all 0xff,
// which is no reply in any protocol that says what a reply looks like.
//
// Where the platform sends no datagram as large (on macOS, by default), that is
// inconclusive.
var CopesWithLargestDatagram = Promise[UDPClient]{
	variable: "CopesWithLargestDatagram",
	Name:     "copes with the largest datagram",
	Why: "A datagram of 64 KiB came, which anything that can send to the port can send, and the client panicked. A buffer for what is " +
		"expected gets the beginning, silently, and the client parses what it has not got: a length that points past the end, a line " +
		"without an end.",
	Labels: []string{"udp"},
	check:  checkStray("with a datagram of the largest size", noise),
}

// noise returns the largest datagram for r's client.
func noise(r replyDatagram) []byte {
	size := 65535 - 8 // less UDP's header
	if r.to.Addr().Is4() {
		size -= 20 // and IPv4's, which counts, too
	}
	return bytes.Repeat([]byte{0xff}, size)
}
