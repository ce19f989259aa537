package explore

import (
	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// serve starts a trial's server.
func (r *runner) serve(memory *nettest.Network, p fault.Plan) (fakeserver.Wire, error) {
	var transport fakeserver.Transport
	if memory != nil {
		transport = memory
	}
	if r.cfg.Listen != nil {
		return r.cfg.Listen(transport, p) // with a Redact of its own
	}
	if r.medium == fault.Datagrams {
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: transport, Handler: r.cfg.packetHandler(), Faults: p, Redact: r.cfg.Redact, Name: "explore"})
		if err != nil {
			return nil, err
		}
		return srv, nil
	}
	srv, err := fakeserver.Listen(fakeserver.Config{Transport: transport, Handler: r.cfg.handler(), Faults: p, Redact: r.cfg.Redact, Name: "explore"})
	if err != nil {
		return nil, err
	}
	return srv, nil
}

// recordOf returns the record of a trial's server, which hides what the Config does.
func (r *runner) recordOf(srv fakeserver.Wire) transcript.Transcript {
	t := srv.Transcript()
	if r.cfg.Listen != nil {
		t = t.WithRedactor(r.cfg.Redact)
	}
	return t
}
