package scenarios

// CopesWithEmptyDatagram is the promise of a UDP client that gets its answer
// though a datagram without a byte comes from the server before the reply; and if
// it has sessions, that the next exchange does, though one came after the reply.
var CopesWithEmptyDatagram = Promise[UDPClient]{
	variable: "CopesWithEmptyDatagram",
	Name:     "copes with an empty datagram",
	Why: "A datagram of length zero is legal, and a read of it returns 0 and no error. Loops that were written for streams take that for " +
		"the end, or for an empty answer, or spin; and code that looks at the first byte panics.",
	Labels: []string{"udp"},
	check:  checkStray("with an empty datagram", func(replyDatagram) []byte { return nil }),
}
