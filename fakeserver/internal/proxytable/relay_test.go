package proxytable_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/proxytable"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// A relay is a proxy that does all that the table asks for, or has one bug.
type relay struct {
	wire     proxytable.Wire
	upstream string
	bug      string // "" for none
	from     string // the end on whose side the bug is: "client" or "server"

	stopped chan struct{}

	mu    sync.Mutex // guards conns
	conns []net.Conn
	all   sync.WaitGroup
}

// relays is a proxy with the bug.
func relays(w proxytable.Wire, bug, from string) proxytable.Proxy {
	return func(upstream string) (string, func(), error) {
		ln, err := w.Listen(context.Background())
		if err != nil {
			return "", nil, err
		}
		r := &relay{wire: w, upstream: upstream, bug: bug, from: from, stopped: make(chan struct{})}
		r.all.Go(func() { r.serve(ln) })
		return ln.Addr().String(), func() { close(r.stopped); ln.Close(); r.end(net.Conn.Close); r.all.Wait() }, nil
	}
}

func (r *relay) serve(ln net.Listener) {
	for {
		client, err := ln.Accept()
		if err != nil {
			return
		}
		r.all.Go(func() { r.relay(client) })
	}
}

// end ends all connections.
func (r *relay) end(how func(net.Conn) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		how(c)
	}
}

func (r *relay) keep(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns = append(r.conns, c)
}

func (r *relay) relay(client net.Conn) {
	r.keep(client)
	server, err := r.wire.Dial(context.Background(), r.upstream)
	if err != nil {
		if r.bug == "a refusal is an EOF" {
			client.Close()
		} else {
			socket.Reset(client)
		}
		return
	}
	r.keep(server)
	up := &pipe{relay: r, from: "client", src: client, dst: server, moved: make(chan struct{})}
	down := &pipe{relay: r, from: "server", src: server, dst: client, moved: make(chan struct{})}
	up.back, down.back = down, up
	r.all.Go(up.copy)
	down.copy()
}

// A pipe is one direction of a connection.
type pipe struct {
	*relay
	from     string
	src, dst net.Conn
	back     *pipe
	moved    chan struct{} // closed at its first byte
	once     sync.Once
	offset   int64
	held     []byte // of a bug
}

func (p *pipe) has(bug string) bool { return p.bug == bug && p.relay.from == p.from }

func (p *pipe) copy() {
	defer p.once.Do(func() { close(p.moved) })
	if p.has("waits for the other to speak") {
		select {
		case <-p.back.moved:
		case <-p.stopped:
		}
	}
	buf := make([]byte, 32<<10)
	for {
		if p.bug == "gives up idle connections" {
			p.src.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		}
		n, err := p.src.Read(buf)
		if n > 0 {
			p.once.Do(func() { close(p.moved) })
			if !p.write(p.spoil(buf[:n])) {
				return
			}
		}
		if err != nil {
			p.over(err)
			return
		}
	}
}

// spoil is what a bug makes of bytes.
func (p *pipe) spoil(b []byte) []byte {
	before := p.offset
	p.offset += int64(len(b))
	if const5MiB := int64(5 << 20); p.has("changes a byte") && before <= const5MiB && const5MiB < p.offset {
		b[const5MiB-before] ^= 1
	}
	if p.has("drops the last bytes") || p.has("drops what it has at an RST") {
		b = append(p.held, b...)
		p.held = append([]byte(nil), b[max(0, len(b)-10):]...)
		b = b[:len(b)-len(p.held)]
	}
	return b
}

// write hands b on, and reports whether there is to be more.
func (p *pipe) write(b []byte) bool {
	switch {
	case p.has("reads ahead without bound"):
		own := append([]byte(nil), b...)
		p.all.Go(func() { p.dst.Write(own) })
		return true
	case p.has("drops what does not fit") && p.held == nil:
		p.dst.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
		if n, err := p.dst.Write(b); err != nil {
			p.held = b[n:]
		}
		p.dst.SetWriteDeadline(time.Time{})
		return true
	}
	_, err := p.dst.Write(b)
	switch {
	case err == nil:
		return true
	case p.back.has("hears no RST"):
		io.Copy(io.Discard, p.src)
	default:
		socket.Reset(p.src)
	}
	return false
}

// over ends the direction as src has ended.
func (p *pipe) over(err error) {
	if p.has("hears no RST") && err != io.EOF {
		return
	}
	if p.has("drops what it has at an RST") && err == io.EOF {
		p.dst.Write(p.held)
	}
	p.flush()
	switch {
	case err == io.EOF:
		p.endOfStream()
	case errors.Is(err, net.ErrClosed):
	case p.has("an RST is a FIN"):
		socket.CloseWrite(p.dst)
	case p.bug == "an RST is for all":
		p.end(socket.Reset)
	default:
		socket.Reset(p.dst)
	}
}

func (p *pipe) endOfStream() {
	switch {
	case p.has("a FIN is a close"):
		p.src.Close()
		p.dst.Close()
	case p.has("swallows a FIN"):
	case p.has("a FIN is an RST"):
		socket.Reset(p.dst)
	default:
		socket.CloseWrite(p.dst)
	}
}

// flush waits until what was written has arrived: an RST may overtake it.
func (p *pipe) flush() {
	for range 5000 {
		if n, err := socket.Unacked(p.dst); n == 0 || err != nil {
			return
		}
		<-time.After(time.Millisecond)
	}
}
