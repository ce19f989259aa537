package nettest

import (
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// A Conn is one end of a stream in memory. It has what a *net.TCPConn has, except a
// descriptor and its own ways to copy (ReadFrom and WriteTo), and fails as that does on Linux.
// Its methods may be called from several goroutines at once.
//
//	the peer closed                     Read io.EOF; the first Write succeeds, the second gives EPIPE
//	… while there was something unread  what arrived can be read; then ECONNRESET, once; then io.EOF, and EPIPE
//	the peer reset                      the same
//	… and Write comes first             ECONNRESET, once; then EPIPE
//	the peer called CloseWrite          Read io.EOF; Write goes on
//
// To reset, call SetLinger(0) and Close.
type Conn struct {
	mu      *sync.Mutex // guards both ends; no waiting under it, and no large copies
	peer    *Conn
	network string // as it was dialed or listened on
	local   *net.TCPAddr
	remote  *net.TCPAddr
	way     *way      // to the peer
	held    bool      // the way has it in its list
	ports   portOwner // where it took a port; nil if it was accepted

	readable sync.Cond // there is something for Read
	writable sync.Cond // there is something for Write
	readBy   deadline
	writeBy  deadline

	in      ring
	blocked blockedRead
	readSig chan struct{} // closed when something is read from in; nil if it was not asked for
	ackSig  chan struct{} // closed when something that this end wrote arrives; nil if it was not asked for
	rstSig  chan struct{} // closed when an RST arrives; nil if it was not asked for
	writing bool          // a Write is under way, and others wait for it
	wants   int           // how many bytes that Write still waits to write

	linger   int           // as for SetLinger
	errno    syscall.Errno // what the next Read or Write returns, once
	closed   bool          // by Close
	readShut bool          // by CloseRead
	sentFIN  bool
	gotFIN   bool
	reset    bool // an RST arrived, or was sent
	gotRST   bool // it arrived
}

// A portOwner gave a connection its port, and takes it back: a Host.
type portOwner interface{ release(*Conn) }

// A blockedRead is a Read that waits, and its buffer: a Write fills that directly.
type blockedRead struct {
	waits bool
	b     []byte // nil as soon as it was filled: later bytes are for other Reads
	got   int
}

// A link is the two ends of a stream.
type link struct {
	mu   sync.Mutex
	ends [2]Conn
}

// newLink connects two addresses. there and back are the ways between them.
func newLink(from, to netip.AddrPort, there, back *way) (client, server *Conn) {
	l := new(link)
	client, server = &l.ends[0], &l.ends[1]
	a, b := net.TCPAddrFromAddrPort(from), net.TCPAddrFromAddrPort(to)
	client.init(&l.mu, server, a, b, there)
	server.init(&l.mu, client, b, a, back)
	return client, server
}

func (c *Conn) init(mu *sync.Mutex, peer *Conn, local, remote *net.TCPAddr, w *way) {
	c.mu, c.peer, c.local, c.remote, c.way = mu, peer, local, remote, w
	c.readable.L, c.writable.L = mu, mu
	c.linger = -1
}

// LocalAddr returns this end's address, a *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the other end's address, a *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// isOver reports whether nothing can happen any more: both FINs have arrived, or it was reset.
func (c *Conn) isOver() bool { return c.reset || c.gotFIN && c.peer.gotFIN }

// takeErrno returns what became of the connection. It is reported once.
func (c *Conn) takeErrno(call string) error {
	errno := c.errno
	c.errno = 0
	return sysErr(call, errno)
}

func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: c.network, Source: c.local, Addr: c.remote, Err: err}
}
