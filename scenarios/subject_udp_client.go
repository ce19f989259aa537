package scenarios

import (
	"context"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A UDPClient is a client to be put to the test, and what is needed for that.
type UDPClient struct {
	// Handler is the server's side of the client's protocol. If nil, it sends each
	// datagram back. Its replies are what it sends to the client whose datagram it
	// answers.
	Handler fakeserver.PacketHandler
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
}

func (c UDPClient) client() (client, error) {
	common := client{call: "Do", do: c.Do, open: c.Open, want: c.Want, within: c.Within, listen: func(ctx context.Context, p fault.Plan) (fake, error) {
		return listenPacket(ctx, fakeserver.PacketConfig{Handler: c.handler(), Faults: p, Name: "scenario"})
	}}
	common.doByOpen()
	return common, common.check("UDPClient")
}

// handler returns the server's side of the client's protocol.
func (c UDPClient) handler() fakeserver.PacketHandler {
	if c.Handler == nil {
		return fakeserver.PacketEcho{}
	}
	return c.Handler
}
