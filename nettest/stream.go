package nettest

import (
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// A Conn is one end of a stream in memory. It has what a *net.TCPConn has, except a
// descriptor and ways of its own to copy (ReadFrom and WriteTo), and fails as that does on Linux. Its
// methods may be called from several goroutines at once.
//
//	the peer closed                     Read io.EOF; the first Write succeeds, the second gives EPIPE
//	… while there was something unread  what arrived can be read; then ECONNRESET, once; then io.EOF, and EPIPE
//	the peer reset                      the same
//	… and Write comes first             ECONNRESET, once; then EPIPE
//	the peer called CloseWrite          Read io.EOF; Write goes on
//
// To reset, SetLinger(0) and Close.
type Conn struct {
	mu      *sync.Mutex // guards both ends; nobody waits or copies much under it
	peer    *Conn
	network string // as it was dialled or listened on
	local   *net.TCPAddr
	remote  *net.TCPAddr
	way     *way  // to the peer
	kept    bool  // the way has it in its list
	host    *Host // where it took a port; nil, if it was accepted

	readable sync.Cond // there is something for Read
	writable sync.Cond // there is something for Write
	readBy   deadline
	writeBy  deadline

	in     ring
	waiter waiter        // the Read that is blocked
	taken  chan struct{} // closed when something was read from in; nil unless somebody wants to know
	acked  chan struct{} // closed when something that this end wrote has arrived; nil unless somebody wants to know
	busy   bool          // a Write is under way: others wait
	wants  int           // how much more that has

	linger   int           // as for SetLinger
	errno    syscall.Errno // what the next Read or Write gives, once
	closed   bool          // by Close
	readShut bool          // by CloseRead
	sentFIN  bool
	gotFIN   bool
	reset    bool // an RST has come, or was sent
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

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error { return c.setDeadlines(t, true, true) }

// SetReadDeadline makes Reads, blocked ones too, fail after t with
// os.ErrDeadlineExceeded. If t is zero, they don't.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadlines(t, true, false) }

// SetWriteDeadline makes Writes, blocked ones too, fail after t with
// os.ErrDeadlineExceeded, and the count of the bytes that fitted. If t is zero, they don't.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadlines(t, false, true) }

func (c *Conn) setDeadlines(t time.Time, read, write bool) error {
	return c.set(nil, c.local, func() {
		if read {
			c.readBy.set(t, &c.readable)
		}
		if write {
			c.writeBy.set(t, &c.writable)
		}
	})
}

// set changes something, unless the connection is closed. Its error is as package
// net's, which does not name the same addresses for each option.
func (c *Conn) set(source, addr net.Addr, change func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return &net.OpError{Op: "set", Net: c.network, Source: source, Addr: addr, Err: net.ErrClosed}
	}
	change()
	return nil
}

func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: c.network, Source: c.local, Addr: c.remote, Err: err}
}
