package nettest

import (
	"cmp"
	"context"
	"sync"
	"time"
)

// A Network is a network in memory, for tests: streams and datagrams between hosts
// that behave as those of Linux's loopback do, without a socket. Its zero value works.
//
//	var network nettest.Network
//	srv := fakeserver.Start(t, fakeserver.Config{Transport: &network, Handler: fakeserver.Echo{}})
//	conn, err := srv.Dial(ctx)
//
// A client uses it through its dialer: http.Transport{DialContext: network.DialContext}.
// All waiting is of the kind that a [testing/synctest] bubble understands: there,
// timeouts of hours pass at once and every duration is exact. See [Bubble].
//
// # Streams
//
// [Conn] is what package net's *TCPConn is: half-close, linger, deadlines, and the very
// errors that a socket gives, in *net.OpErrors. A Write returns when its bytes are in the
// peer's window. That takes no room beyond the bytes themselves, and what is written has
// arrived at once, unless there is a partition; so an RST never overtakes bytes. A FIN needs
// room for one byte, and arrives when there is room.
//
// # Datagrams
//
// [PacketConn] is what *UDPConn is, with a bounded queue that drops what does not
// fit, and counts that. A connected one learns of a closed port at its next call.
//
// # Hosts
//
// The Network's own methods are those of the host "localhost", which has 127.0.0.1 and
// ::1. [Network.Host] gives others. There is one space of addresses: 127.0.0.1 is
// localhost, whichever host dials it; and a host that listens on a loopback address,
// as servers do by default, listens on its own address.
//
// # Partitions
//
// [Network.Partition] cuts the way between two hosts, silently: neither is told. What is
// written to a stream waits, and arrives after [Network.Heal]; no connection is given up
// in the meantime. Datagrams are lost. A dial waits until its context ends.
//
// # Limits
//
// There are no routers, and no latency except that of connecting: delays, losses and
// the like are a fakeserver's faults. Bytes that have arrived count as acknowledged even
// where no acknowledgment could return. There is no multicast, and no broadcast.
//
// # Where it differs from Linux
//
// Random programs are compared with Linux's loopback, call by call: n, bytes, errors, which
// calls block, and what ends that. These are the differences.
//
//   - How much fits. A stream has one window, exact to the byte, and what is written is in it at once. Linux has
//     two buffers, whose sizes it changes, and opens a full window only when half of it is free. So a Write that
//     is cut short returns another n, and what a closed or reset sender had not sent yet is not lost in memory; nor
//     does it arrive later at a reader that has called CloseRead and CloseWrite and answers with an RST. A datagram
//     takes about as much room as on Linux.
//   - Time. What is sent has arrived when the call returns. On Linux that may take a moment, and the next call
//     may not see it yet.
//   - net.Buffers are one Write for each buffer, since package net writes them in one call only to its own
//     connections. An RST may come in between, a blocked Read gets the first buffer alone, a deadline does not
//     matter if there are no buffers, and an error's Op is "write" and not "writev".
//   - [Conn] has no ReadFrom and no WriteTo. io.Copy does the same without them, but its errors are not wrapped in
//     another *net.OpError of Op "readfrom" or "writeto".
//   - Options about segments, descriptors or idle peers do nothing: SetNoDelay, SetWriteBuffer, SetKeepAlive.
//   - WriteMsgUDP ignores out-of-band data.
type Network struct {
	// Hosts gives names to addresses, as /etc/hosts does. Names that share an address are
	// one host. A name is found if it is here, or if Host was called with it. Hosts must not
	// change once the Network is in use. If nil, there is "localhost".
	Hosts map[string]string
	// Window is how many bytes of a stream may be written ahead of its reader before Write
	// blocks. If zero, 4 MiB: about what Linux's two buffers hold on loopback.
	Window int
	// Backlog is how many connections may wait to be accepted. A dial gets no answer while
	// it is full. If zero, 4096, Linux's somaxconn.
	Backlog int
	// PacketBuffer is how many bytes of datagrams may wait to be read. Each datagram counts
	// as its length and 768 bytes more, about as on Linux. If zero, Linux's 212,992.
	PacketBuffer int
	// ConnectLatency is how long it takes to connect. If zero, no time.
	ConnectLatency time.Duration

	mu      sync.Mutex // guards the fields below, the hosts' tables and ways, and the listeners
	changed sync.Cond  // something happened that a dial may wait for
	hosts   []*Host    // in the order in which they were made
	names   map[string]*Host
	sockets uint64 // sockets of datagrams so far
}

// The values of fields that are zero.
const (
	defaultWindow       = 4 << 20
	defaultBacklog      = 4096
	defaultPacketBuffer = 212992
)

func (n *Network) window() int       { return cmp.Or(n.Window, defaultWindow) }
func (n *Network) backlog() int      { return cmp.Or(n.Backlog, defaultBacklog) }
func (n *Network) packetBuffer() int { return cmp.Or(n.PacketBuffer, defaultPacketBuffer) }

// nextSocketLocked returns a number for a socket of datagrams.
func (n *Network) nextSocketLocked() uint64 {
	n.sockets++
	return n.sockets
}

// waitLocked waits until something has changed, or fails when ctx is done.
func (n *Network) waitLocked(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, n.wake)
	n.changed.Wait()
	stop()
	return ctx.Err()
}

func (n *Network) wake() {
	n.mu.Lock()
	n.changed.Broadcast()
	n.mu.Unlock()
}
