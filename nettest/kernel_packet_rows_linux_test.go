package nettest_test

import "net"

// A packetRow is a story about a socket a that is connected to b, which must be the same on the
// kernel's loopback and on a Network.
type packetRow struct {
	name string
	why  string
	tell func(a, b *packetSide)
}

var packetRows = []packetRow{
	{"datagrams", "each Read gets one", func(a, b *packetSide) {
		a.write(2)
		a.write(3)
		b.readFrom(10)
		b.readFrom(10)
	}},
	{"no bytes", "a datagram without bytes is one", func(a, b *packetSide) {
		a.write(0)
		b.readFrom(10)
		b.answer(0)
		a.read(10)
	}},
	{"a short buffer", "the rest is lost, and only ReadMsg says so", func(a, b *packetSide) {
		a.write(10)
		a.write(10)
		a.write(10)
		a.write(1)
		b.readFrom(4)
		b.readMsg(4)
		b.readMsg(10)
		b.readFrom(4)
	}},
	{"an empty buffer", "ReadFrom takes a datagram, Read does not", func(a, b *packetSide) {
		a.write(3)
		b.readFrom(0)
		b.answer(2)
		a.read(0)
		a.read(10)
	}},
	{"too long", "EMSGSIZE, and nothing leaves", func(a, b *packetSide) {
		a.write(65507)
		a.write(65508)
		a.write(70000)
		b.readFrom(70000)
		b.writeTo(65508)
	}},
	{"the port is closed", "the first Write succeeds, the next call hears of it, once", func(a, b *packetSide) {
		b.close()
		a.write(1)
		a.write(1)
		a.write(1)
		a.read(10)
		a.deadline(soon)
		a.read(10)
	}},
	{"the port is closed, Read first", "it hears of it, too", func(a, b *packetSide) {
		b.close()
		a.write(1)
		a.read(10)
		a.write(1)
		a.write(70000)
		a.write(1)
	}},
	{"the port is closed, and a datagram is there", "the error comes first", func(a, b *packetSide) {
		a.write(1)
		b.readFrom(10)
		b.answer(5)
		b.close()
		a.write(1)
		a.read(10)
		a.read(10)
	}},
	{"the port is closed, while a Read is blocked", "it is woken", func(a, b *packetSide) {
		b.close()
		a.blockedRead(func() { a.write(1) })
	}},
	{"an unconnected socket", "it never hears of a closed port", func(a, b *packetSide) {
		a.write(1)
		b.readFrom(10)
		a.close()
		b.answer(1)
		b.answer(1)
		b.deadline(soon)
		b.readFrom(10)
	}},
	{"a connected socket", "takes datagrams from its peer only", func(a, b *packetSide) {
		b.strangerWrites()
		a.write(1)
		b.readFrom(10)
		b.answer(2)
		a.read(10)
	}},
	{"WriteTo on a connected socket", "is refused", func(a, b *packetSide) {
		a.writeTo(1)
		b.write(1)
	}},
	{"deadlines", "past and passing", func(a, b *packetSide) {
		a.write(1)
		b.deadline(-later)
		b.readFrom(10)
		b.readFrom(0)
		b.writeTo(1)
		b.deadline(0)
		b.readFrom(10)
		b.deadline(soon)
		b.readFrom(10)
		a.deadline(-later)
		a.write(1)
		a.read(0)
	}},
	{"own close", "everything fails from then on", func(a, b *packetSide) {
		a.blockedRead(func() { a.close() })
		a.read(1)
		a.read(0)
		a.write(1)
		a.write(70000)
		a.deadline(later)
		a.close()
		b.close()
		b.readFrom(1)
		b.readMsg(1)
		b.writeTo(1)
	}},
	{"messages", "on a connected socket, without an address", func(a, b *packetSide) {
		a.writeMsg(3, nil)
		b.readMsgUDP(2)
		a.writeMsg(3, b.pc.LocalAddr())
		b.writeMsg(4, nil)
		b.writeMsg(4, b.other)
		a.readMsgUDP(9)
		a.writeMsg(70000, nil)
		b.writeMsg(70000, b.other)
		b.writeMsg(1, &net.UDPAddr{IP: net.IPv6loopback, Port: 9})
		a.deadline(-later)
		a.writeMsg(1, nil)
		a.readMsgUDP(1)
		b.close()
		b.writeMsg(1, nil)
		b.writeMsg(1, b.other)
		b.readMsgUDP(1)
	}},
	{"ReadMsg with an error", "n is what the system call returned, if one was made, and the address is unspecified", func(a, b *packetSide) {
		b.readMsgError(soon)
		b.readMsgError(-later)
		b.close()
		b.readMsgError(soon)
		a.write(1)
		a.readMsgError(soon)
		a.blockedReadMsg(func() { a.close() })
	}},
	{"an error that waits, and a datagram that can't leave", "what is wrong with the datagram comes first, and the error waits on", func(a, b *packetSide) {
		b.close()
		a.write(1)
		a.write(65508)
		a.write(65535)
		a.write(65536)
		a.writeTo(1)
		a.write(1)
	}},
	{"the peer comes back", "nothing is remembered", func(a, b *packetSide) {
		b.close()
		a.write(1)
		a.write(1)
		b.again()
		a.write(3)
		b.readFrom(10)
	}},
}
