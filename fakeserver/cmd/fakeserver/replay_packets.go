package main

import (
	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// listenPacket starts what plays a recording of datagrams.
func (p *replaying) listenPacket(run *session, srv *server, name string, rec transcript.Recording, ignore []transcript.Ignore) error {
	play := &fakeserver.PacketPlayback{
		Recording: rec, Name: name, Match: p.match, Extra: p.extra, Ignore: ignore, Vary: p.vary.values, Carry: p.carry.values,
		Pace: p.pace, Patience: p.patience, Healthy: p.healthy,
	}
	run.atEnd = func() { run.sayUnplayed(srv, play.Unplayed()) }
	one, err := fakeserver.ListenPacket(srv.packetConfig(p.at.address, play))
	return srv.started(one, err)
}
