package script

import (
	"context"

	"github.com/fakewire/fakewire/fakeserver"
)

// A PacketScript is a Script for datagrams: a [fakeserver.PeerHandler] that does its steps once for each peer. An Expect
// is one whole datagram, and so is what a Send sends. A Loop goes on until the server closes. What comes after the last
// step is recorded, and nobody's.
//
// Steps that only a stream has are refused by Validate: ExpectLine and other framings, CloseWrite, Close and Reset.
type PacketScript []Step

// Validate returns an error that names each step that can't work, and why.
func (s PacketScript) Validate() error { return check(s, onPackets) }

// Gates returns the gates at which steps hold: the server's Release, Rearm and AwaitHeld know them.
func (s PacketScript) Gates() []string { return gatesOf(s) }

// String returns the script as [ParsePackets] reads it.
func (s PacketScript) String() string { return format(s) }

// ServePeer does the steps.
func (s PacketScript) ServePeer(ctx context.Context, p *fakeserver.Peer) error {
	return servePeer(ctx, p, Script(s), nil)
}

// ServePacket returns an error: a single datagram is no conversation.
func (s PacketScript) ServePacket(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	return fakeserver.PeerHandlerFunc(s.ServePeer).ServePacket(ctx, p, w)
}

func servePeer(ctx context.Context, p *fakeserver.Peer, s Script, news *refresher) error {
	r := &run{ctx: ctx, talk: &packets{ctx: ctx, p: p}, news: news}
	return r.all(s)
}
