package script

import (
	"context"
	"os"

	"github.com/fakewire/fakewire/fakeserver"
)

// A PacketFile is a File for datagrams: a [fakeserver.PeerHandler] with a PacketScript for each peer, in sections as
// -- peer 1 --.
type PacketFile struct {
	scripts *parsed
	source  *source
}

// ParsePackets is Parse for datagrams.
func ParsePackets(name, text string) (*PacketFile, error) {
	s, err := parse(nameOr(name), text, onPackets)
	if err != nil {
		return nil, err
	}
	return &PacketFile{scripts: s}, nil
}

// ReadPacketFile is ReadFile for datagrams.
func ReadPacketFile(name string) (*PacketFile, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f, err := ParsePackets(name, string(text))
	if err == nil {
		f.source = newSource(name, string(text), f.scripts.data)
	}
	return f, err
}

// Gates returns the gates at which steps hold: the server's Release, Rearm and AwaitHeld know them.
func (f *PacketFile) Gates() []string { return f.scripts.gates() }

// String returns the scripts as ParsePackets reads them, without comments and with all data where it is used.
func (f *PacketFile) String() string { return f.scripts.format(onPackets.word()) }

// ServePeer does the script for the peer's number. The last one is for all peers that follow.
func (f *PacketFile) ServePeer(ctx context.Context, p *fakeserver.Peer) error {
	news := f.source.refresher(p.Number(), onPackets.word())
	return news.save(servePeer(ctx, p, f.scripts.of(p.Number()), news))
}

// ServePacket returns an error: a single datagram is no conversation.
func (f *PacketFile) ServePacket(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	return fakeserver.PeerHandlerFunc(f.ServePeer).ServePacket(ctx, p, w)
}
