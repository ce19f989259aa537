package scenarios

import (
	"context"
	"errors"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A TCPClient is a client to be put to the test, and what is needed for that.
type TCPClient struct {
	// Handler is the server's side of the client's protocol. If nil, it sends each
	// line back, even one of twice LargeRequest.
	Handler fakeserver.Handler
	// PacketHandler answers datagrams at the server's address, for a client that sends some,
	// too, as those of DNS do. Nothing goes wrong with them. If nil, nothing takes them.
	PacketHandler fakeserver.PacketHandler
	// Servers is how many servers the client is given, those of a cluster or of a list to fail over
	// to, up to 16. Do's, Open's and Large's addr is then all of their addresses, with commas between:
	// "127.0.0.1:4242,127.0.0.1:4243". They are alike, and what goes wrong does so at all of them:
	// see Several servers in the package's documentation. If zero, one.
	Servers int
	// Port is the server's, for a client that knows no other. The host is another one of the
	// loopback network, 127.0.0.0/8, for each server that is at work at the same time, so the
	// client has to take that from addr. Where that network has one host only (not on Linux),
	// promises that have several servers are inconclusive. If zero, any.
	Port int
	// Do is one whole exchange: it dials addr, asks, and returns the answer. It may be
	// called several times, each time with another server's address, and by several
	// goroutines at once, each with a subject of its own. ctx has no deadline of its own;
	// it is canceled when Do is given up on. If nil, it is one exchange of a Session.
	Do func(ctx context.Context, addr string) (string, error)
	// Want is what Do returns on a healthy wire. It must not be empty.
	Want string
	// Within is the client's own deadline: Do returns an error, whatever the server
	// does, before more time has passed. It must be positive. A second is good, and
	// three where requests are Large, and for StopsWhenTold; with less, a busy machine
	// may look like a broken promise.
	Within time.Duration
	// Open makes a client that keeps a connection to addr between its exchanges. It
	// may dial at once, or when it is asked. It may be nil, for a client whose
	// exchanges have a connection each: such a client can't make the promises about
	// sessions.
	Open func(ctx context.Context, addr string) (Session, error)
	// Large is Do with a request of at least LargeRequest bytes. It may be nil, for a
	// client whose requests are small: such a client can't make the promises about
	// full windows. What it returns on a healthy wire is learned from that.
	Large func(ctx context.Context, addr string) (string, error)
	// Dials is how often the client may dial a server in each Within, while that resets each
	// connection, for NoDialStorm. If zero, DefaultDials.
	Dials int
	// Redact hides secrets in failures and in files, as in a fakeserver.Config: those that the client
	// sends or gets, and also in what the failure says of it. If nil, nothing is hidden.
	Redact transcript.Redactor
}

// LargeRequest is the size that a request needs to meet a full window: more than the
// kernels of both sides hold for a server that does not read, which was 4.1 MB on
// Linux.
const LargeRequest = 8 << 20

func (c TCPClient) client() (client, error) {
	common := client{call: "Do", do: c.Do, open: c.Open, want: c.Want, within: c.Within, servers: max(1, c.Servers), dials: c.Dials, listen: c.listen, server: c.server}
	common.doByOpen()
	return common, errors.Join(common.check("TCPClient"), checkPort(c.Port), checkServers(c.Servers))
}

// listen starts the client's servers.
func (c TCPClient) listen(ctx context.Context, p fault.Plan) (fakes, error) {
	return listenEach(c.Servers, p, func(i int, p fault.Plan) (fake, error) { return c.server(ctx, i, p) })
}

// server starts one of the client's servers, by its index.
func (c TCPClient) server(ctx context.Context, i int, p fault.Plan) (fake, error) {
	return atPort(ctx, c.Port, func(t fakeserver.Transport, addr string) (fake, error) {
		cfg := fakeserver.Config{Transport: t, Addr: addr, Handler: handlerAt(c.handler(), i), Faults: p, Redact: c.Redact, Name: nameOf("scenario", i, c.Servers)}
		if c.PacketHandler == nil {
			return listenStream(ctx, cfg)
		}
		return listenStreamBeside(ctx, cfg, fakeserver.PacketConfig{Handler: c.PacketHandler, Name: nameOf("datagrams", i, c.Servers)})
	})
}

// handler returns the server's side of the protocol.
func (c TCPClient) handler() fakeserver.Handler {
	if c.Handler != nil {
		return c.Handler
	}
	return fakeserver.Lines{Answer: func(line string) string { return line }, MaxBytes: 2 * LargeRequest}
}
