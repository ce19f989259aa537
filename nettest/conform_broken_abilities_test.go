package nettest_test

import (
	"context"
	"net"
	"sync"
	"time"
)

var brokenTransports = map[string]brokenTransport{
	"DialContext": {words: "blocked", network: func(o *oddTransport) { // streams only
		o.dialContext = func(ctx context.Context, _, address string) (net.Conn, error) {
			return o.network.DialContext(ctx, "tcp", address)
		}
	}},
	"CloseWrite": {words: "use of closed network connection", stream: func(c *oddStream) { // it has one end only
		c.closeWrite = c.Conn.Close
	}},
	"Reset": {words: "want ECONNRESET", stream: func(c *oddStream) {
		c.reset = c.Conn.Close
	}},
	"Unacked": {words: "Read after a Reset at Unacked 0", stream: func(c *oddStream) { // what was written is gone
		c.unacked = func() (int, error) { return 0, nil }
	}},
	"Acked": {words: "Acked's channel is open", stream: func(c *oddStream) {
		c.acked = func() <-chan struct{} { return make(chan struct{}) }
	}},
	"Unread": {words: "Unread after 4 of 10 bytes were read: it is 10, want 6", stream: func(c *oddStream) { // what has ever arrived
		arrived := 0
		c.unread = func() (int, error) {
			n, err := c.Conn.Unread()
			arrived = max(arrived, n)
			return arrived, err
		}
	}},
	"ReadNow": {words: "blocked", stream: func(c *oddStream) {
		c.readNow = c.Conn.Read
	}},
	"WriteNow": {words: "there is room", stream: func(c *oddStream) { // the deadline has passed
		c.writeNow = c.Conn.Write
	}},
	"Peek": {words: "blocked", stream: func(c *oddStream) { // what was read is gone
		c.peek = c.Conn.Read
	}},
	"PeerUnread": {words: "PeerUnread after 10 bytes: it is 0, want 10", stream: func(c *oddStream) { // an acknowledgement is taken for a read
		c.peerUnread = c.Conn.Unacked
	}},
	"PeerRead": {words: "PeerRead's channel has returned", stream: func(c *oddStream) { // at once
		c.peerRead = func() <-chan struct{} {
			read := make(chan struct{})
			close(read)
			return read
		}
	}},
	"WasReset": {words: "WasReset's channel is open", stream: func(c *oddStream) { // it is told only by Read
		c.wasReset = func() <-chan struct{} { return make(chan struct{}) }
	}},
	"SetDeadline": {words: "blocked", acceptor: func(l *oddAcceptor) {
		l.setDeadline = func(time.Time) error { return nil }
	}},
	"Backlog": {words: "Backlog after dial 1: it is 0, want 1", acceptor: func(l *oddAcceptor) {
		l.backlog = func() (int, error) { return 0, nil }
	}},
	"SetBacklog": {words: "dial with a backlog of 0 has returned", acceptor: func(l *oddAcceptor) { // 0 is taken for the default
		l.setBacklog = func(n int) error { return l.Listener.SetBacklog(max(n, 1)) }
	}},
	"SetReadBuffer": {words: "a client can write", acceptor: func(l *oddAcceptor) {
		l.setReadBuffer = func(int) error { return nil }
	}},
	"Suspend": {words: "another listens on the address", acceptor: func(l *oddAcceptor) { // it is closed, and made again
		l.suspend = func() (func() (net.Listener, error), func(), error) {
			again := func() (net.Listener, error) {
				return l.on.Listen(context.Background(), "tcp", l.Addr().String())
			}
			return again, func() {}, l.Close()
		}
	}},
	"ListenerDialContext": {words: "blocked", acceptor: func(l *oddAcceptor) { // nobody accepts the other end
		l.dialContext = func(context.Context) (net.Conn, error) {
			client, _ := net.Pipe()
			return client, nil
		}
	}},
	"PacketSetReadBuffer": {words: "want not all, and all", source: func(c *oddSource) {
		c.setReadBuffer = func(int) error { return nil }
	}},
	"Drops": {words: "Drops after 101 datagrams", source: func(c *oddSource) { // since the last call
		last := int64(0)
		c.drops = func() (int64, error) {
			n, err := c.PacketConn.Drops()
			last, n = n, n-last
			return max(n-1, 0), err
		}
	}},
	"Waiting": {words: "after an empty datagram", source: func(c *oddSource) { // the first is taken for the reader's
		c.waiting = func() (int, error) {
			n, err := c.PacketConn.Waiting()
			return max(n-1, 0), err
		}
	}},
	"ReadFromSocket": {words: "one at the address of the first", source: func(c *oddSource) { // by address
		known := map[string]uint64{}
		c.readFromSocket = func(p []byte) (int, net.Addr, uint64, error) {
			n, from, _, err := c.PacketConn.ReadFromSocket(p)
			if err != nil {
				return n, from, 0, err
			}
			if known[from.String()] == 0 {
				known[from.String()] = uint64(len(known) + 1)
			}
			return n, from, known[from.String()], nil
		}
	}},
	"PacketSuspend": {words: "another has the address", source: func(c *oddSource) {
		c.suspend = func() (func() (net.PacketConn, error), func(), error) {
			again := func() (net.PacketConn, error) { return nil, errOdd }
			return again, func() {}, c.Close()
		}
	}},
	"PacketDialContext": {words: "Write(4 bytes) = 0", source: func(c *oddSource) { // itself, which is not connected
		c.dialContext = func(context.Context) (net.Conn, error) { return c.PacketConn, nil }
	}},
}

// slowDown puts a wire in front of a stream, on which what was written is for a while.
func slowDown(c *oddStream) *wire {
	w := &wire{to: c, told: make(chan struct{})}
	w.changed.L = &w.mu
	c.write, c.unacked, c.acked = w.write, w.count, w.acked
	c.reset = func() error { w.cut(); return c.Conn.Reset() }
	c.close = func() error { w.cut(); return c.Conn.Close() }
	return w
}

// A wire takes time.
type wire struct {
	to *oddStream

	mu      sync.Mutex // guards what follows
	changed sync.Cond
	bytes   []byte        // on their way
	told    chan struct{} // closed when there are fewer
	isCut   bool
}

// wireBytes is how many bytes are on their way at most.
const wireBytes = 1 << 16

func (w *wire) write(p []byte) (n int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for n < len(p) {
		if w.isCut {
			return n, net.ErrClosed
		}
		if room := wireBytes - len(w.bytes); room > 0 {
			m := min(room, len(p)-n)
			w.bytes, n = append(w.bytes, p[n:n+m]...), n+m
			w.changed.Broadcast()
			continue
		}
		w.changed.Wait()
	}
	return n, nil
}

func (w *wire) count() (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.bytes), nil
}

func (w *wire) acked() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = true
	w.changed.Broadcast()
}

// run lets bytes arrive.
func (w *wire) run() {
	for {
		p, ok := w.next()
		if !ok {
			return
		}
		time.Sleep(time.Millisecond)
		if _, err := w.to.Conn.Write(p); err != nil {
			w.cut()
			return
		}
		w.arrived(len(p))
	}
}

func (w *wire) next() (p []byte, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.bytes) == 0 && !w.isCut {
		w.changed.Wait()
	}
	return w.bytes[:min(len(w.bytes), 1<<10)], !w.isCut
}

func (w *wire) arrived(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bytes = append([]byte(nil), w.bytes[n:]...)
	close(w.told)
	w.told = make(chan struct{})
	w.changed.Broadcast()
}
