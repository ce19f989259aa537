package scenarios

import (
	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// down lets the collector refuse connections, or datagrams.
func (s *logging) down() error { return carryOut("Down", s.srv.Down) }

// up lets the collector take connections, or datagrams, again, on the same port.
func (s *logging) up() error { return carryOut("Up", s.srv.Up) }

// endConns ends the collector's connections, if it has such a thing, and waits until
// that has begun. But for ByFIN, their sockets are closed by then.
func (s *logging) endConns(how transcript.Ending) error {
	srv, ok := s.srv.server.(*fakeserver.Server)
	if !ok {
		return nil
	}
	if !srv.AddrPort().IsValid() { // a unix socket has no RST: there its process ends, and it is down
		return carryOut("Restart", func() error { return srv.Restart(transcript.ByFIN, fault.Forever) })
	}
	if err := carryOut("CloseClientConns", func() error { return srv.CloseClientConns(how) }); err != nil {
		return err
	}
	return s.await(slackOf(s.ctx), func(t transcript.Transcript) bool {
		gone := how == transcript.ByFIN || t.Kind(transcript.Close).Len() >= t.Conns()
		return gone && allEnded(t, transcript.ToClient)
	})
}
