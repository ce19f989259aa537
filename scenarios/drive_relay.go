package scenarios

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/subject"
)

// A relay is a Handler that stands between the client and a server with the subject's own
// Handler, and lets something happen at a place in the dialogue that goes by messages: where
// the server begins to answer, however long its greeting is this time. The rules of a plan go
// by bytes, which a rehearsal can tell only for servers whose messages have the same length
// each time.
type relay struct {
	at    place
	asks  bool  // it happens when the client begins to ask for that message, and the server does not hear of it
	where scope // of the connections that come there
	then  event // what happens there

	upstream fake
	gate     chan struct{} // closed by open
	open     func()
	reached  chan struct{} // closed when a connection has come to the place

	mu       sync.Mutex // guards those below
	came     []connOf   // connections that came to the place, in order
	messages int        // that the server began from the place's message on
}

// An event is what happens at a relay's place, on a connection.
type event func(ctx context.Context, r *relay, c *fakeserver.Conn) (after fate)

// A fate is what becomes of what the server sends from a relay's place on.
type fate int

const (
	passes fate = iota
	vanishes
	halts   // and so does its FIN
	garbled // in its first byte
)

// Events. What came before them has left.
var (
	resetHere  event = func(_ context.Context, _ *relay, c *fakeserver.Conn) fate { c.Reset(); return vanishes }
	closeHere  event = func(_ context.Context, _ *relay, c *fakeserver.Conn) fate { c.Close(); return vanishes }
	vanishHere event = func(context.Context, *relay, *fakeserver.Conn) fate { return vanishes }
	flipHere   event = func(context.Context, *relay, *fakeserver.Conn) fate { return garbled }
	stallHere  event = func(context.Context, *relay, *fakeserver.Conn) fate { return halts }
	holdHere   event = func(ctx context.Context, r *relay, _ *fakeserver.Conn) fate {
		select {
		case <-r.gate:
		case <-ctx.Done():
		}
		return passes
	}
)

// newRelay returns a relay that lets something happen at a place on each connection.
func newRelay(at place, then event) *relay {
	r := &relay{at: at, then: then, gate: make(chan struct{}), reached: make(chan struct{})}
	r.open = sync.OnceFunc(func() { close(r.gate) })
	return r
}

// onRequest lets r's event happen when the client begins to send what the place's message
// answers, so that the client has connected, and has heard all that comes before.
func (r *relay) onRequest() *relay {
	r.asks = true
	return r
}

// relayed lets run, which is onWire or inDialogue, have a client that talks to its servers
// through r. Behind that they are one.
func relayed(
	ctx context.Context, subject func() TCPClient, r *relay, t trial, f func(d *dialogue) error,
	run func(context.Context, func() TCPClient, trial, func(d *dialogue) error) error,
) (err error) {
	made := subject()
	if r.upstream, err = listenStream(ctx, fakeserver.Config{Handler: made.handler(), Redact: made.Redact, Name: "scenario"}); err != nil {
		return err
	}
	defer r.upstream.Stop()
	made.Handler, t.relay = relayHandler{relay: r}, r
	return run(ctx, func() TCPClient { return made }, t, f)
}

// A relayHandler is a relay as the Handler of one of the client's servers.
type relayHandler struct {
	*relay
	server int // its index
}

func (h relayHandler) at(server int) fakeserver.Handler { return relayHandler{h.relay, server} }

// ServeConn relays until both sides have ended.
func (h relayHandler) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	upstream, err := dialUpstream(ctx, h.upstream)
	if ctx.Err() != nil { // the exchange is over: a probe's connection may be as young as that
		if err == nil {
			upstream.Close()
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer upstream.Close()
	defer context.AfterFunc(ctx, func() { upstream.Close() })()
	p := &passage{relay: h.relay, conn: connOf{h.server, c.Number()}, client: c, server: upstream, over: make(chan struct{})}
	go p.forth(ctx)
	p.back(ctx)
	c.CloseWrite()
	<-p.over
	return nil
}

// dialUpstream connects to the server behind a Handler that relays.
func dialUpstream(ctx context.Context, to fake) (net.Conn, error) {
	if to.memory != nil {
		return to.memory.network.DialContext(ctx, "tcp", to.Address())
	}
	return kernel{}.DialContext(ctx, "tcp", to.Address())
}

// comes notes that a connection has come to the place, and reports whether it happens there.
func (r *relay) comes(conn connOf) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.came = append(r.came, conn); len(r.came) == 1 {
		close(r.reached)
		return true
	}
	return r.where == everywhere || r.where == atFirstServer && conn.server == r.came[0].server
}

// begins notes that the server begins a message.
func (r *relay) begins(message int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if message >= r.at.message {
		r.messages++
	}
}

// conns returns the connections that have come to the place.
func (r *relay) conns() []connOf {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]connOf(nil), r.came...)
}

// answers returns how many messages the server began from the place's on, on all
// connections: if that is the answer, how often it answered.
func (r *relay) answers() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.messages
}

// missed returns an error if the dialogue never came to the place.
func (r *relay) missed() error {
	if r == nil || len(r.conns()) > 0 {
		return nil
	}
	return fmt.Errorf("the dialogue never came to %v", r.at)
}

// conclusive returns an error if the subject's own Handler failed.
func (r *relay) conclusive() error {
	if r == nil {
		return nil
	}
	return errors.Join(r.upstream.Stop(), r.upstream.Verify())
}

// A passage is one connection through a relay.
type passage struct {
	relay  *relay
	conn   connOf
	client *fakeserver.Conn
	server net.Conn
	over   chan struct{} // closed when the client's side has ended
	fate   fate
	gone   bool // past the place

	mu    sync.Mutex // guards turns
	turns subject.Turns
}

// forth relays what the client sends.
func (p *passage) forth(ctx context.Context) {
	defer close(p.over)
	for b := make([]byte, 32<<10); ; {
		n, err := p.client.Read(b)
		if n > 0 && p.asked(ctx, int64(n)) {
			if _, err := p.server.Write(b[:n]); err != nil {
				io.Copy(io.Discard, p.client)
				return
			}
		}
		if errors.Is(err, io.EOF) {
			p.server.(interface{ CloseWrite() error }).CloseWrite()
			return
		}
		if err != nil {
			p.server.Close()
			return
		}
	}
}

// asked notes that the client sends n bytes, and reports whether the server hears of it.
func (p *passage) asked(ctx context.Context, n int64) bool {
	r := p.relay
	p.mu.Lock()
	m, begins := p.turns.Sent(transcript.FromClient, n)
	p.mu.Unlock()
	if r.asks && begins && m.Number == r.at.message && r.comes(p.conn) {
		return r.then(ctx, r, p.client) == passes
	}
	return true
}

// back relays what the server sends, until that ends.
func (p *passage) back(ctx context.Context) {
	for b := make([]byte, 32<<10); ; {
		n, err := p.server.Read(b)
		if n > 0 {
			p.pass(ctx, b[:n])
		}
		if err != nil {
			break
		}
	}
	if p.fate == halts {
		select {
		case <-p.over:
		case <-ctx.Done():
		}
	}
}

// pass relays b, unless it is to vanish, and lets happen what happens within it.
func (p *passage) pass(ctx context.Context, b []byte) {
	r := p.relay
	p.mu.Lock()
	m, begins := p.turns.Sent(transcript.ToClient, int64(len(b)))
	p.mu.Unlock()
	if begins {
		r.begins(m.Number)
	}
	before := r.at.into - (m.Size() - int64(len(b)))
	if !r.asks && !p.gone && m.Number == r.at.message && before >= 0 && before < int64(len(b)) {
		p.write(b[:before])
		b, p.gone = b[before:], true
		if r.comes(p.conn) {
			p.fate = r.then(ctx, r, p.client)
		}
		if p.fate == garbled {
			b, p.fate = flipped(b, 0), passes
		}
	}
	p.write(b)
}

func (p *passage) write(b []byte) {
	if p.fate == passes && len(b) > 0 {
		p.client.Write(b) // an error is the client's end, of which forth hears
	}
}
