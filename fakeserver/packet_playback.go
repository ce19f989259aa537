package fakeserver

import (
	"context"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A PacketPlayback plays the server's side of a recording of datagrams, and checks that each client sends what the recorded one
// sent there. It is Playback for datagrams:
//
//	fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: &fakeserver.PacketPlayback{
//		Recording: rec,
//		Carry:     []fakeserver.Carry{{Name: "id", Request: fakeserver.Span{To: 2}}}, // DNS
//		Extra:     fakeserver.ExtraRepeats,
//	}})
//
// A client's datagrams that the recorded server had before it answered may come in any order; then come its answers, in theirs. A
// datagram that came before, such as one that is sent again for want of an answer, is an extra one.
//
// At the first datagram that was not recorded there, or where the client sends nothing for Patience before it has sent all, the handler
// returns a *[MismatchError] with the number of the datagram, the offset in it, what was wanted and what came. The plan in the recording acts again as
// it does with Playback, and so are the limits.
type PacketPlayback struct {
	// Recording is what to play: all of a packet server's record, with all its bytes.
	Recording transcript.Recording
	// Name is what errors call the recording, such as its file. If empty, the name that is in it.
	Name string
	// Match says which recorded peer is for which client. If zero, ByOrder. ByFirstBytes goes by the first datagram.
	Match PlaybackMatch
	// Extra says what becomes of clients and of datagrams that the recording has not. If zero, ExtraFails.
	Extra PlaybackExtra
	// Ignore says what of the client's datagrams may differ, as for transcript.Diff: From and To are numbers of datagrams, which
	// then may be any, or missing. Bytes in each datagram are for Vary.
	Ignore []transcript.Ignore
	// Vary has what may be other bytes in each of the client's datagrams.
	Vary []Span
	// Carry has what the answers repeat of the requests.
	Carry []Carry
	// Pace is how much of the recorded pauses there is before what the server sends: 1 as recorded, 0.5 half. If zero, none.
	Pace float64
	// Patience is how much longer than in the recording the client may take for what it is to send next. If zero, five
	// seconds; if negative, for ever.
	Patience time.Duration
	// Healthy says that the recorded plan does not act again.
	Healthy bool

	mu      sync.Mutex // guards what follows
	carries []*Carry
	again   *replayedPlan
	loaded  []*exchange
	loadErr error
	played  map[int]int
}

// Validate refuses what can't be played, as that of Playback does.
func (p *PacketPlayback) Validate() error {
	_, err := p.exchanges()
	return err
}

// exchanges returns the recorded peers in their order.
func (p *PacketPlayback) exchanges() ([]*exchange, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loaded == nil && p.loadErr == nil {
		p.loaded, p.loadErr = p.load()
	}
	return p.loaded, p.loadErr
}

// replay returns what of the recorded plan acts again.
func (p *PacketPlayback) replay() (fault.Plan, bool, error) {
	if p.Healthy {
		return fault.Plan{}, false, nil
	}
	again, err := planOf(p.Recording, fault.Datagrams)
	if err != nil {
		return fault.Plan{}, false, err
	}
	p.mu.Lock()
	p.again, p.loaded = again, nil
	p.mu.Unlock()
	_, err = p.exchanges()
	return again.plan, true, err
}

// ServePacket returns an error: it is a PeerHandler.
func (p *PacketPlayback) ServePacket(ctx context.Context, d Packet, w PacketWriter) error {
	return PeerHandlerFunc(p.ServePeer).ServePacket(ctx, d, w)
}

// ServePeer plays the recorded peer that is for this one.
func (p *PacketPlayback) ServePeer(ctx context.Context, peer *Peer) error {
	all, err := p.exchanges()
	if err != nil {
		return err
	}
	return newPeerPlayer(p, peer).serve(ctx, all)
}

// Unplayed returns the numbers of the recorded peers that no client has been so far.
func (p *PacketPlayback) Unplayed() (all []int) {
	exchanges, _ := p.exchanges()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, x := range exchanges {
		if p.played[x.peer] == 0 {
			all = append(all, x.peer)
		}
	}
	return all
}

// name returns what errors call the recording.
func (p *PacketPlayback) name() string { return nameOfRecording(p.Name, p.Recording) }

func (p *PacketPlayback) patience() time.Duration {
	if p.Patience == 0 {
		return defaultPatience
	}
	return p.Patience
}
