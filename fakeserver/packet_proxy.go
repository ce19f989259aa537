package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// A PacketProxy stands in front of a real server of datagrams, its upstream. Each client has a session: a socket of its own to
// the upstream, so that the upstream can tell clients apart, and answers come back to the client at any time, as many as
// there are. The server's faults act on the client's leg, which Transcript is the record of. What passed between the proxy
// and the upstream is the other leg: see [PacketServer.Upstream].
//
//	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{
//		Handler: fakeserver.PacketProxy{Upstream: "127.0.0.1:53"},
//		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Loss{Nth: 1})}},
//	})
//
// # When something is in the way
//
// Whatever is lost on the way is in the records, of both legs where it matters to both, and none of it makes Verify fail:
//
//   - The upstream's port is unreachable. The kernel tells that some time after a datagram has left, and not of which
//     one (on Windows, not at all). It is an error in both records. The client hears nothing: a socket that is open can't refuse
//     one datagram, and what proxies of datagrams do is the same. Only routers that translate addresses, such as netfilter, pass the
//     ICMP message on. For a client that is to see its port refused there is fault.Down, or PacketServer.Down.
//   - The upstream can't be dialed: its name is not known, its unix socket is not there, or the process has no more
//     descriptors (EMFILE). The datagram is lost; the client's next one tries again. Other sessions go on.
//   - A datagram is too long for the other side's network, or was cut when it was read: a unix datagram of more than 1 MiB.
//   - The upstream of a unix socket has closed it: the session dials again at once, as a client of the upstream would have to.
//   - An upstream on a unix socket has no room. Then the session waits, and what its client sends is kept.
//
// A session that is idle ends, and its socket is closed: the records have a Note. A later datagram opens another one, which for the
// upstream is another client. So there are never more sockets than clients that were active within Idle.
//
// When the server closes, so do the sessions: an answer that has arrived by then is recorded, and named as undelivered. After
// SetHandler a session still brings answers back to what came before, until it is idle.
type PacketProxy struct {
	// Network is the upstream's: "udp", "udp4", "udp6" or "unixgram"; with a Dial, whatever that takes. If empty, "unixgram" if
	// Upstream is a path, or begins with @; else "udp".
	Network string
	// Upstream is the upstream's address, as for net.Dial.
	Upstream string
	// Dial dials in place of the kernel, as a Transport's DialContext does, or another server's. It gets ten seconds. Each Read and
	// each Write of its connection is a datagram. If nil, the kernel.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Idle is how long a session lasts in which nothing passes in either direction. If zero, two minutes: what Linux's connection
	// tracking gives a client that is in conversation (nf_conntrack_udp_timeout_stream), and the least that RFC 4787 allows
	// a NAT. For one that has had no answer Linux has 30 seconds. If negative, a session lasts until Close.
	Idle time.Duration
}

// Validate says why x can't work.
func (x PacketProxy) Validate() error {
	switch {
	case x.Dial != nil:
		return nil
	case x.Upstream == "":
		return errors.New("Upstream is empty")
	case !slices.Contains(packetNetworks, x.network()):
		return fmt.Errorf("Network is %q, want one of %s", x.Network, strings.Join(packetNetworks, ", "))
	case inBubble():
		return errors.New("real sockets stop the clock of a testing/synctest bubble: set Dial to a nettest.Network's DialContext")
	case x.network() == "unixgram":
		return nil
	}
	_, _, err := net.SplitHostPort(x.Upstream)
	return err
}

// ServePeer relays what a client and the upstream say to each other.
func (x PacketProxy) ServePeer(ctx context.Context, p *Peer) error {
	s := packetSession{proxy: x, p: p}
	defer func() { s.close() }()
	return s.run(ctx)
}

// ServePacket returns an error: a single datagram is no session.
func (x PacketProxy) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	return PeerHandlerFunc(x.ServePeer).ServePacket(ctx, p, w)
}

// network returns what to dial on.
func (x PacketProxy) network() string {
	switch {
	case x.Network != "":
		return x.Network
	case strings.Contains(x.Upstream, "/") || strings.HasPrefix(x.Upstream, "@"):
		return "unixgram"
	}
	return "udp"
}

// target names the upstream.
func (x PacketProxy) target() string { return strings.TrimSpace(x.network() + " " + x.Upstream) }

// defaultIdle is PacketProxy's Idle.
const defaultIdle = 2 * time.Minute

// idle returns how long a session may be idle; 0: as long as it likes.
func (x PacketProxy) idle() time.Duration {
	switch {
	case x.Idle < 0:
		return 0
	case x.Idle == 0:
		return defaultIdle
	}
	return x.Idle
}
