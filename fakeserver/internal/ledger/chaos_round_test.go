package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A wire is a network for a round.
type wire struct {
	listen    func() (net.Listener, error) // for a Listener
	transport fakeserver.Transport
	dial      func(ctx context.Context, addr string) (client, error)
}

// A round is a chaos at work.
type round struct {
	chaos
	wire
	target interface {
		SetFaults(fault.Plan) error
		CloseClientConns(transcript.Ending) error
		Release(string) error
		Rearm(string) error
		Down() error
		Up() error
		IgnoreDials() error
		Restart(transcript.Ending, time.Duration) error
		Transcript() transcript.Transcript
		Report() fault.Report
		FiredSince(rule string, m transcript.Mark) int64
	}
	srv *fakeserver.Server   // or
	ln  *fakeserver.Listener // one of these is the target
	up  *fakeserver.Server   // the upstream, of a Proxy

	mu       sync.Mutex // guards what follows
	clients  map[string]*player
	handlers map[int]*player
	errs     []error

	playing sync.WaitGroup // of handlers
	owners  sync.WaitGroup // of the loop that accepts
}

func (r *round) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errs = append(r.errs, err)
}

// play plays the round, and returns what was wrong.
func (c chaos) play(w wire) error {
	r := &round{chaos: c, wire: w, clients: map[string]*player{}, handlers: map[int]*player{}}
	if err := r.start(); err != nil {
		return err
	}
	ctx, over := context.WithCancel(context.Background())
	var orders, clients sync.WaitGroup
	for _, verbs := range c.verbs {
		orders.Go(func() {
			for _, v := range verbs {
				time.Sleep(time.Duration(v.after) * r.unit)
				r.fail(r.order(v))
			}
		})
	}
	for i, x := range c.dealings {
		clients.Go(func() { r.call(ctx, i, x.client) })
	}
	clients.Wait()
	orders.Wait()
	over()
	r.fail(r.end())
	if r.up != nil {
		r.fail(r.up.Close())
	}
	r.owners.Wait()
	r.playing.Wait()
	for _, p := range r.handlers {
		<-p.reader
	}
	return errors.Join(append(r.errs, r.account())...)
}

func (r *round) start() (err error) {
	if !r.wrapped {
		return r.startServer()
	}
	below, err := r.listen()
	if err != nil {
		return err
	}
	if r.ln, err = fakeserver.WrapListener(below, fakeserver.Config{Faults: r.plan}); err != nil {
		return err
	}
	r.target = r.ln
	r.owners.Go(r.own)
	return nil
}

func (r *round) startServer() (err error) {
	if r.proxied {
		if r.up, err = fakeserver.Listen(fakeserver.Config{Transport: r.transport, Handler: r}); err != nil {
			return err
		}
	}
	r.srv, err = fakeserver.Listen(fakeserver.Config{Transport: r.transport, Handler: r.handler(), Faults: r.plan})
	r.target = r.srv
	return err
}

// handler is that of the server which the clients dial.
func (r *round) handler() fakeserver.Handler {
	if r.up == nil {
		return r
	}
	p := fakeserver.Proxy{Upstream: r.up.Addr()}
	if r.transport != nil {
		p.Dial = r.transport.(interface {
			DialContext(context.Context, string, string) (net.Conn, error)
		}).DialContext
	}
	return p
}

// own is a real server.
func (r *round) own() {
	for {
		c, err := r.ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if errors.Is(err, fault.ErrInjected) {
			continue
		}
		if err != nil {
			r.fail(err)
			return
		}
		r.owners.Go(func() {
			defer c.Close()
			r.ServeConn(context.Background(), c.(*fakeserver.Conn))
		})
	}
}

// ServeConn plays the handler's side of a connection.
func (r *round) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	r.playing.Add(1)
	defer r.playing.Done()
	s := r.dealings[(c.Number()-1)%len(r.dealings)].handler
	p := s.play(c, wordsOf(c.Number(), "handler", s.length()), r.unit, ctx.Done())
	r.mu.Lock()
	r.handlers[c.Number()] = p
	r.mu.Unlock()
	if p.failed && !r.wrapped {
		return errFail
	}
	if p.waits {
		<-p.reader
	}
	return nil
}

// call plays a client.
func (r *round) call(ctx context.Context, i int, s side) {
	patience := time.Duration(r.patience) * r.unit
	time.Sleep(time.Duration(i) * r.unit / 2)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := r.dial(ctx, r.addr())
	if err != nil {
		return // refused, unanswered, or reset while it was connecting
	}
	c.SetWriteDeadline(time.Now().Add(patience))
	p := s.play(c, wordsOf(i+1, "client", s.length()), r.unit, nil)
	p.finish(patience)
	r.mu.Lock()
	r.clients[c.LocalAddr().String()] = p
	r.mu.Unlock()
}

func (r *round) addr() string {
	if r.wrapped {
		return r.ln.Addr().String()
	}
	return r.srv.Addr()
}

// order asks something of the server. It returns an error that it must not give.
func (r *round) order(v verb) error {
	var err error
	switch v.do {
	case doSetFaults:
		err = r.target.SetFaults(v.plan)
	case doSetHandler:
		err = r.srv.SetHandler(r.handler())
	case doRelease:
		r.target.Release(gate) // which the plan may not have
	case doRearm:
		r.target.Rearm(gate) // likewise
	case doByFIN:
		err = r.target.CloseClientConns(transcript.ByFIN)
	case doByClose:
		err = r.target.CloseClientConns(transcript.ByClose)
	case doByRST:
		err = r.target.CloseClientConns(transcript.ByRST)
	case doEnd:
		return r.end()
	case doShut:
		err = r.ln.Close()
	case doRestart:
		err = r.target.Restart(transcript.ByFIN, 3*r.unit)
	case doRestartRST:
		err = r.target.Restart(transcript.ByRST, 3*r.unit)
	case doDown:
		err = r.target.Down()
	case doUp:
		err = r.target.Up()
	case doIgnoreDials:
		r.target.IgnoreDials() // which is not for a server that is down
	}
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (r *round) end() error {
	if r.wrapped {
		return r.ln.Stop()
	}
	return r.srv.Close()
}

// account checks what is to be checked of each connection.
func (r *round) account() error {
	tr, p, changed := r.target.Transcript(), r.plan, r.changes()
	p.Seed = r.target.Report().Seed
	errs := []error{checkGates(tr)}
	for _, wrong := range servertest.WrongFirings(r.target) {
		errs = append(errs, errors.New(wrong))
	}
	for e := range tr.Kind(transcript.Accept).All() {
		l := ledger{record: tr.Conn(e.Conn), client: r.clients[e.Peer], handler: r.handlers[e.Conn], plan: p, conn: e.Conn, mixed: changed, exits: r.exits()}
		if r.up != nil {
			l.handler = nil // that is the proxy
			if err := r.legs(e.Conn).check(l); err != nil {
				errs = append(errs, fmt.Errorf("conn %d: %w", e.Conn, err))
			}
		}
		if changed && r.edits {
			l.handler = nil // nobody can say what became of its bytes
		}
		if err := l.check(); err != nil {
			errs = append(errs, fmt.Errorf("conn %d: %w\n%v", e.Conn, err, l.record))
		}
		if n := l.record.Kind(transcript.Close).Len(); n != 1 {
			errs = append(errs, fmt.Errorf("conn %d: its socket was closed %d times\n%v", e.Conn, n, l.record))
		}
	}
	return errors.Join(errs...)
}

// checkGates: nothing is held while the gate is open, by the record.
func checkGates(tr transcript.Transcript) error {
	open := false
	for e := range tr.All() {
		switch {
		case e.Text == "gate "+gate+" is released":
			open = true
		case e.Text == "gate "+gate+" is rearmed":
			open = false
		case open && e.Kind == transcript.Fault && strings.HasPrefix(e.Rule, "hold."):
			return fmt.Errorf("%v: and the gate is open\n%v", e, tr)
		}
	}
	return nil
}
