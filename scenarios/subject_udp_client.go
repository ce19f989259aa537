package scenarios

import (
	"context"
	"errors"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A UDPClient is a client to be put to the test, and what is needed for that.
type UDPClient struct {
	// Handler is the server's side of the client's protocol. If nil, it sends each
	// datagram back. Its replies are what it sends to the client whose datagram it
	// answers.
	Handler fakeserver.PacketHandler
	// StreamHandler answers TCP connections at the server's address, for a client that dials
	// when a reply is too long for a datagram, as those of DNS do. Nothing goes wrong with
	// them. If nil, they are refused.
	StreamHandler fakeserver.Handler
	// Servers is how many servers the client is given, those of a cluster or of a list to fail over
	// to, up to 16. Do's and Open's addr is then all of their addresses, with commas between:
	// "127.0.0.1:4242,127.0.0.1:4243". They are alike, and what goes wrong does so at all of them:
	// see Several servers in the package's documentation. If zero, one.
	Servers int
	// Port is the server's, for a client that knows no other. The host is another one of the
	// loopback network, 127.0.0.0/8, for each server that is at work at the same time, so the
	// client has to take that from addr. Where that network has one host only (not on Linux),
	// promises that have several servers are inconclusive. If zero, any.
	Port int
	// Do is one whole exchange: it asks the server at addr and returns the answer. It
	// may be called several times, also at once, each time with another server's
	// address, and each time that of another client, made by its factory. ctx has no
	// deadline of its own; it is canceled when Do is given up on. If nil, it is one
	// exchange of a Session.
	Do func(ctx context.Context, addr string) (string, error)
	// Want is what Do returns on a healthy wire. It must not be empty.
	Want string
	// Within is the client's own deadline: Do returns an error, whatever the server
	// does, before more time has passed. It must be positive. A second is good; with
	// less, a busy machine may look like a broken promise.
	Within time.Duration
	// Open makes a client that keeps its socket between its exchanges. It may be nil,
	// for a client whose exchanges have a socket each: such a client can't make the
	// promises about sessions.
	Open func(ctx context.Context, addr string) (Session, error)
	// Redact hides secrets in failures and in files, as in a fakeserver.Config: those that the client
	// sends or gets, and also in what the failure says of it. If nil, nothing is hidden.
	Redact transcript.Redactor
}

func (c UDPClient) client() (client, error) {
	common := client{call: "Do", do: c.Do, open: c.Open, want: c.Want, within: c.Within, servers: max(1, c.Servers), listen: c.listen, server: c.server}
	common.doByOpen()
	return common, errors.Join(common.check("UDPClient"), checkPort(c.Port), checkServers(c.Servers))
}

// listen starts the client's servers.
func (c UDPClient) listen(ctx context.Context, p fault.Plan) (fakes, error) {
	return listenEach(c.Servers, p, func(i int, p fault.Plan) (fake, error) { return c.server(ctx, i, p) })
}

// server starts one of the client's servers, by its index.
func (c UDPClient) server(ctx context.Context, i int, p fault.Plan) (fake, error) {
	return atPort(ctx, c.Port, func(t fakeserver.Transport, addr string) (fake, error) {
		cfg := fakeserver.PacketConfig{Transport: t, Addr: addr, Handler: packetHandlerAt(c.handler(), i), Faults: p, Redact: c.Redact, Name: nameOf("scenario", i, c.Servers)}
		if c.StreamHandler == nil {
			return listenPacket(ctx, cfg)
		}
		return listenPacketBeside(ctx, cfg, fakeserver.Config{Handler: c.StreamHandler, Name: nameOf("streams", i, c.Servers)})
	})
}

// handler returns the server's side of the client's protocol.
func (c UDPClient) handler() fakeserver.PacketHandler {
	if c.Handler == nil {
		return fakeserver.PacketEcho{}
	}
	return c.Handler
}
