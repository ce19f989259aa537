package fakeserver

import (
	"context"
	"net/netip"
)

// A Packet is one datagram that a client sent, as the plan let it through.
type Packet struct {
	// Data is the datagram, possibly empty. It belongs to the record: it stays what
	// it is, and must not be changed.
	Data []byte
	// Peer is the client's address. It is zero if the transport's addresses are of
	// another kind, such as the path of a Unix socket; the record has those.
	Peer netip.AddrPort
	// Conn is the client's number: it is the Nth whose datagram arrived, from 1. A
	// client is a socket; where that can't be told, an address: see the package's Limits.
	Conn int
	// Number is the datagram's among its client's, from 1. A duplicate has the
	// original's.
	Number int64
}

// A PacketWriter sends datagrams to clients, through the plan's faults and into
// the record.
type PacketWriter interface {
	// Write sends p to the client whose datagram is being answered. A datagram that
	// the plan loses counts as sent.
	Write(p []byte) (int, error)
	// WriteTo sends p to another client.
	WriteTo(p []byte, addr netip.AddrPort) (int, error)
}

// A PacketHandler answers datagrams. ServePacket is called once for each that the
// plan delivers, one after the other in the order of their arrival.
//
// An error that only says what the wire did is recorded. Any other error, a panic
// or a Goexit is recorded too, and makes the server's Verify fail. The
// server goes on with the next datagram.
//
// ctx is done when the server closes. A handler that waits for something must
// watch it.
//
// A PacketHandler may also have a method Validate() error, which StartPacket and
// ListenPacket call as Start and Listen do that of a Handler, and so does SetHandler, and a
// method Gates() []string, as a Handler may.
type PacketHandler interface {
	ServePacket(ctx context.Context, p Packet, w PacketWriter) error
}

// PacketHandlerFunc makes a PacketHandler of a function.
type PacketHandlerFunc func(ctx context.Context, p Packet, w PacketWriter) error

// ServePacket calls f.
func (f PacketHandlerFunc) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	return f(ctx, p, w)
}
