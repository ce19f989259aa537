package fakeserver

import (
	"context"
	"errors"
)

// A PeerHandler is a PacketHandler that converses with each client on its own: a protocol with state over datagrams,
// one whose server speaks when it likes, a proxy. It is the PacketHandler's Handler.
//
// ServePeer is called once for each client, in a goroutine of its own, with the client's first datagram, as the plan
// delivers it, still to be read. It may read and write p until it returns. What clients do and how long a ServePeer
// takes does not hold up the others'. When it has returned, what still comes from that client is recorded and named as
// undelivered: "the handler had ended".
//
// What becomes of its error, of a panic and of a Goexit is as with ServePacket; its Verify names the peer. So are Validate
// and Gates. ctx is done when the server closes.
//
// ServePacket is not called by a server. It is what makes the PeerHandler one of the handlers that a
// PacketConfig and a PacketSequence may have; that of PeerHandlerFunc can be used for it:
//
//	func (h mine) ServePacket(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
//		return fakeserver.PeerHandlerFunc(h.ServePeer).ServePacket(ctx, p, w)
//	}
type PeerHandler interface {
	PacketHandler
	ServePeer(ctx context.Context, p *Peer) error
}

// PeerHandlerFunc makes a PeerHandler of a function.
type PeerHandlerFunc func(ctx context.Context, p *Peer) error

// ServePeer calls f.
func (f PeerHandlerFunc) ServePeer(ctx context.Context, p *Peer) error { return f(ctx, p) }

// ServePacket returns an error: a single datagram is no conversation.
func (f PeerHandlerFunc) ServePacket(context.Context, Packet, PacketWriter) error {
	return errors.New("it is a PeerHandler: call its ServePeer")
}

// handlerFor returns the handler that answers a peer, of one that may leave that to others.
func handlerFor(h PacketHandler, peer int) PacketHandler {
	for {
		c, ok := h.(interface{ handlerFor(peer int) PacketHandler })
		if !ok {
			return h
		}
		h = c.handlerFor(peer)
	}
}
