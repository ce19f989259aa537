package reference

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// NoDeadlineUDP breaks HonorsDeadlineOnLoss: it waits forever.
func NoDeadlineUDP(want string, within time.Duration) scenarios.UDPClient {
	return newUDPClient(want, within, habits{patient: true})
}

// GuessesUDP breaks HonorsDeadlineOnLoss: it takes no answer for an empty one.
func GuessesUDP(want string, within time.Duration) scenarios.UDPClient {
	c := UDPClient(want, within)
	ask := doOnce(c.Open)
	c.Do = func(ctx context.Context, addr string) (string, error) {
		answer, _ := ask(ctx, addr)
		return answer, nil
	}
	return c
}

// AsksOnceUDP breaks TriesAgainAfterLoss.
func AsksOnceUDP(want string, within time.Duration) scenarios.UDPClient {
	return newUDPClient(want, within, habits{once: true})
}

// TakesNextUDP breaks TakesDuplicateOnce, CopesWithReorderedReplies and
// RefusesLateReply: it takes the next reply for the reply to its request.
func TakesNextUDP(want string, within time.Duration) scenarios.UDPClient {
	return newUDPClient(want, within, habits{numberless: true})
}

// TakesNextOnceUDP breaks what TakesNextUDP does, and asks only once.
func TakesNextOnceUDP(want string, within time.Duration) scenarios.UDPClient {
	return newUDPClient(want, within, habits{numberless: true, once: true})
}

// DrainsUDP breaks RefusesLateReply where the usual fix of TakesNextUDP does not help:
// before it asks, it throws away what is in its socket.
func DrainsUDP(want string, within time.Duration) scenarios.UDPClient {
	return newUDPClient(want, within, habits{numberless: true, dial: func(ctx context.Context, addr string) (net.Conn, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "udp", addr)
		return drainingConn{conn}, err
	}})
}

// A drainingConn is read empty before each write.
type drainingConn struct{ net.Conn }

// Write reads until three reads in a row got nothing: on a busy machine, a deadline may
// have passed before its read begins, which then leaves what is there.
func (c drainingConn) Write(p []byte) (int, error) {
	for nothing := 0; nothing < 3; {
		c.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		if _, err := c.Read(make([]byte, 1<<16)); err != nil {
			nothing++
		} else {
			nothing = 0
		}
	}
	return c.Conn.Write(p)
}

// StopsAtNoiseUDP breaks TakesDuplicateOnce and the promises about datagrams that
// are no reply: such a datagram ends its exchange.
func StopsAtNoiseUDP(want string, within time.Duration) scenarios.UDPClient {
	return newUDPClient(want, within, habits{take: func(tag, datagram string) (string, bool, error) {
		answer, ok, _ := takeLine(tag, datagram)
		if !ok {
			return "", false, errors.New("no reply to what was asked")
		}
		return answer, true, nil
	}})
}

// TakesHalvesUDP breaks RefusesTruncatedReply: it looks at the number only.
func TakesHalvesUDP(want string, within time.Duration) scenarios.UDPClient {
	return newUDPClient(want, within, habits{take: func(tag, datagram string) (string, bool, error) {
		answer, ours := strings.CutPrefix(strings.TrimSuffix(datagram, "\n"), tag)
		return answer, ours, nil
	}})
}

// TakesEmptyUDP breaks CopesWithEmptyDatagram: it takes a read of nothing for the
// end, as it is in a stream.
func TakesEmptyUDP(want string, within time.Duration) scenarios.UDPClient {
	return newUDPClient(want, within, habits{take: func(tag, datagram string) (string, bool, error) {
		if datagram == "" {
			return "", false, io.EOF
		}
		return takeLine(tag, datagram)
	}})
}

// PanicsAtNoiseUDP breaks CopesWithLargestDatagram: it counts on a newline.
func PanicsAtNoiseUDP(want string, within time.Duration) scenarios.UDPClient {
	return newUDPClient(want, within, habits{take: func(tag, datagram string) (string, bool, error) {
		if datagram == "" {
			return "", false, nil
		}
		return takeLine(tag, datagram[:strings.IndexByte(datagram, '\n')]+"\n")
	}})
}

// TrustsUDP breaks RefusesStrangers: it has a socket that is not connected, and
// takes replies from any address that trusted lets through.
func TrustsUDP(want string, within time.Duration, trusted func(from, server netip.AddrPort) bool) scenarios.UDPClient {
	return newUDPClient(want, within, habits{dial: func(ctx context.Context, addr string) (net.Conn, error) {
		server, err := netip.ParseAddrPort(addr)
		if err != nil {
			return nil, err
		}
		conn, err := scenarios.NetworkOf(ctx).ListenPacket(ctx, "udp", ":0")
		if err != nil {
			return nil, err
		}
		return &looseConn{conn, server, trusted}, nil
	}})
}

// Anyone is trusted: a TrustsUDP that does not look.
func Anyone(netip.AddrPort, netip.AddrPort) bool { return true }

// SamePort is trusted: a TrustsUDP that looks at the port only.
func SamePort(from, server netip.AddrPort) bool { return from.Port() == server.Port() }

// SameHost is trusted: a TrustsUDP that looks at the address only.
func SameHost(from, server netip.AddrPort) bool { return from.Addr() == server.Addr() }

// OnlyServer is trusted, as it should be. A TrustsUDP with it breaks
// ReportsUnreachablePort only: a socket that is not connected is told nothing.
func OnlyServer(from, server netip.AddrPort) bool { return from == server }

// A looseConn is a socket that is not connected.
type looseConn struct {
	net.PacketConn
	server  netip.AddrPort
	trusted func(from, server netip.AddrPort) bool
}

func (c *looseConn) Write(p []byte) (int, error) {
	return c.WriteTo(p, net.UDPAddrFromAddrPort(c.server))
}

func (c *looseConn) RemoteAddr() net.Addr { return net.UDPAddrFromAddrPort(c.server) }

func (c *looseConn) Read(p []byte) (int, error) {
	for {
		n, peer, err := c.ReadFrom(p)
		if err != nil {
			return n, err
		}
		from := peer.(*net.UDPAddr).AddrPort()
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if c.trusted(from, c.server) {
			return n, nil
		}
	}
}

// HopesUDP breaks ReportsUnreachablePort: whatever the socket says, it waits for
// its deadline.
func HopesUDP(want string, within time.Duration) scenarios.UDPClient {
	return newUDPClient(want, within, habits{dial: func(ctx context.Context, addr string) (net.Conn, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "udp", addr)
		return &hopefulConn{Conn: conn}, err
	}})
}

// A hopefulConn knows no error but a timeout.
type hopefulConn struct {
	net.Conn
	until time.Time
}

func (c *hopefulConn) SetReadDeadline(t time.Time) error {
	c.until = t
	return c.Conn.SetReadDeadline(t)
}

func (c *hopefulConn) Write(p []byte) (int, error) {
	c.Conn.Write(p)
	return len(p), nil
}

func (c *hopefulConn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if err == nil {
			return n, nil
		}
		if errors.Is(err, os.ErrDeadlineExceeded) || !time.Now().Before(c.until) {
			return 0, os.ErrDeadlineExceeded
		}
	}
}
