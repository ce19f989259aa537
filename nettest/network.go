package nettest

import (
	"context"
	"net"
	"sync"
	"time"
)

// A Network is a network in memory, for tests: streams and datagrams between hosts
// that behave as those of Linux' loopback do, without a socket. Its zero value works.
//
//	var network nettest.Network
//	srv := fakeserver.Start(t, fakeserver.Config{Transport: &network, Handler: fakeserver.Echo{}})
//	conn, err := network.Dial("tcp", srv.Addr())
//
// A client takes it by its dialer: http.Transport{DialContext: network.DialContext}.
// All waiting is of the kind that a [testing/synctest] bubble understands: there,
// timeouts of hours pass at once and every duration is exact. See [Bubble].
//
// # Streams
//
// [Conn] is what package net's *TCPConn is: half-close, linger, deadlines, and the very
// errors that a socket gives, in *net.OpErrors. A Write ends when its bytes are in the
// peer's window, of which it needs no more than there are bytes in it: what is written
// has arrived at once, unless there is a partition. So an RST overtakes nothing. A FIN needs room for one more,
// and comes when there is.
//
// # Datagrams
//
// [PacketConn] is what *UDPConn is, with a bounded queue that loses what does not
// fit, and counts it. A connected one hears of a closed port at its next call.
//
// # Hosts
//
// The Network's own methods are those of the host "localhost", which has 127.0.0.1 and
// ::1. [Network.Host] gives others. There is one space of addresses: 127.0.0.1 is
// localhost, from wherever it is dialled; and a host that listens on a loopback address,
// as servers do by default, listens on its own.
//
// # Partitions
//
// [Network.Partition] cuts the way between two hosts, silently: nobody is told. What is
// written to a stream waits, and arrives after [Network.Heal]; no connection is given up
// in the meantime. Datagrams are lost. A dial waits until its context ends.
//
// # Limits
//
// There are no routers, and no latency but that of connecting: delays, losses and
// the like are a fakeserver's faults. Bytes that have arrived count as acknowledged even
// where no acknowledgement could return. There is no multicast, and no broadcast.
//
// # Where it differs from Linux
//
// Random programs are compared with Linux' loopback, call by call: n, bytes, errors, what blocks and what ends
// that. What is not equal is this.
//
//   - How much fits. A stream has one window, exact to the byte, in which all that was written has arrived. Linux has
//     two buffers, whose sizes it changes, and opens a full window only when half of it is free. So n of a Write that
//     was cut short is another, and what a closed or reset sender had not sent yet is not lost in memory; nor does it
//     come later, to a reader that has called CloseRead and CloseWrite and answers with an RST. Datagrams count for
//     about what they take on Linux.
//   - Time. What is sent has arrived when the call returns. On Linux that may take a moment, in which the next call
//     does not know of it.
//   - net.Buffers are as many Writes as there are buffers, since package net writes them at once to its own
//     connections only. An RST may come in between, a Read that is blocked gets the first alone, a deadline is not
//     looked at if there are none, and an error's Op is "write" and not "writev".
//   - [Conn] has no ReadFrom and no WriteTo. io.Copy does the same without them, but its errors are not wrapped in
//     another *net.OpError of Op "readfrom" or "writeto".
//   - Options that are about segments, descriptors or idle peers do nothing: SetNoDelay, SetWriteBuffer, SetKeepAlive.
//   - What is out of band is not looked at by WriteMsgUDP.
type Network struct {
	// Hosts gives names to addresses, as /etc/hosts does. Names with one address are
	// one host. A name that is not here, nor one of a Host that was asked for, is not
	// found. It must not change once the Network is in use. If nil, there is "localhost".
	Hosts map[string]string
	// Window is how many bytes of a stream may be written ahead of its reader before Write
	// blocks. If zero, 4 MiB: about what Linux' two buffers hold on loopback.
	Window int
	// Backlog is how many connections may wait to be accepted; who dials when it is full
	// gets no answer until there is room. If zero, 4096, Linux' somaxconn.
	Backlog int
	// PacketBuffer is how many bytes of datagrams may wait to be read, where each counts
	// for itself and 768 bytes more, about as on Linux. If zero, Linux' 212,992.
	PacketBuffer int
	// ConnectLatency is how long a connect takes. If zero, no time.
	ConnectLatency time.Duration

	mu      sync.Mutex // guards what follows, and what is said to need it
	changed sync.Cond  // something happened that a dial may wait for
	hosts   []*Host    // in the order in which they were made
	names   map[string]*Host
	sockets uint64 // of datagrams that there were so far
}

// What is used where a Network's field is zero.
const (
	defaultWindow       = 4 << 20
	defaultBacklog      = 4096
	defaultPacketBuffer = 212992
)

// Dial connects from localhost. See [Host.DialContext].
func (n *Network) Dial(network, address string) (net.Conn, error) {
	return n.DialContext(context.Background(), network, address)
}

// DialContext connects from localhost. See [Host.DialContext].
func (n *Network) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return n.Host(localhost).DialContext(ctx, network, address)
}

// Listen listens for streams on localhost. See [Host.Listen].
func (n *Network) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	return n.Host(localhost).Listen(ctx, network, address)
}

// ListenPacket listens for datagrams on localhost. See [Host.ListenPacket].
func (n *Network) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	return n.Host(localhost).ListenPacket(ctx, network, address)
}

// or returns v, or what is used where it is zero.
func or(v, usual int) int {
	if v == 0 {
		return usual
	}
	return v
}
