package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// Chaos: everything that can be asked of a server is asked at any moment, under any rules,
// while some clients and handlers do what they want. Whatever comes of it, nothing is lost
// that is not named, nobody stays behind, and Close does not give up.

// A chaos is what happens in one round.
type chaos struct {
	schedule
	verbs   [2][]verb // of two who give orders at the same time
	wrapped bool      // a real server behind a Listener
	edits   bool      // plans may change bytes
}

// A verb is something that is asked of a server.
type verb struct {
	after int // units of time after the one before
	do    string
	plan  fault.Plan
}

func (v verb) String() string {
	if v.do == doSetFaults {
		return fmt.Sprintf("after %d %s %#v", v.after, v.do, v.plan)
	}
	return fmt.Sprintf("after %d %s", v.after, v.do)
}

const (
	doSetFaults  = "SetFaults"
	doDown       = "Down"
	doUp         = "Up"
	doUnanswered = "Unanswered"
	doRelease    = "Release"
	doByFIN      = "CloseClientConns by FIN"
	doByRST      = "CloseClientConns by RST"
	doEnd        = "Close" // Stop, of a Listener
	doShut       = "Close of the Listener"
)

// drawChaos draws a round.
func drawChaos(t *rapid.T, w wirePlan) chaos {
	c := chaos{schedule: drawSchedule(t, w, 6), wrapped: coin(t, 3, "wrapped"), edits: coin(t, 3, "edits")}
	c.closeAt, c.release = 0, 0 // verbs do that
	c.plan = c.drawPlan(t, w)
	for i := range c.verbs {
		for range between(t, 0, 6, "verbs") {
			c.verbs[i] = append(c.verbs[i], c.drawVerb(t, w))
		}
	}
	return c
}

func (c chaos) drawVerb(t *rapid.T, w wirePlan) verb {
	often := []string{doSetFaults, doSetFaults, doRelease, doByFIN, doByRST}
	seldom := []string{doDown, doUp, doUp, doUnanswered, doEnd}
	if c.wrapped {
		seldom = []string{doShut, doEnd}
	}
	v := verb{after: between(t, 0, 9, "after"), do: rapid.SampledFrom(often).Draw(t, "verb")}
	if coin(t, 3, "seldom") {
		v.do = rapid.SampledFrom(seldom).Draw(t, "seldom verb")
	}
	if v.do == doSetFaults {
		v.plan = c.drawPlan(t, w)
	}
	return v
}

// drawPlan draws a plan with rules for arrivals and by the clock, too.
func (c chaos) drawPlan(t *rapid.T, w wirePlan) fault.Plan {
	p := w.draw(t)
	if coin(t, 3, "no rules") {
		p.Rules = nil
	}
	if !c.edits {
		p.Rules = slices.DeleteFunc(p.Rules, func(r fault.Rule) bool { return edits(r.Fault) })
	}
	if coin(t, 2, "on accept") {
		f := rapid.SampledFrom([]fault.Fault{fault.Stall{}, fault.Stall{For: w.delay(t)}, fault.Stall{For: w.delay(t)}, fault.Close{}, fault.Reset{}}).Draw(t, "accept")
		p.Rules = append(p.Rules, fault.OnAccept(f).OnConn(between(t, 1, 4, "conn")).MayNotFire())
	}
	if coin(t, 3, "by the clock") {
		f := rapid.SampledFrom([]fault.Fault{fault.Stall{For: w.delay(t)}, fault.Close{}, fault.Reset{}, fault.HalfClose{}, fault.Hold{Gate: gate}}).Draw(t, "fault")
		p.Rules = append(p.Rules, fault.Rule{Fault: f, Direction: rapid.SampledFrom(both).Draw(t, "direction")}.AfterTime(w.delay(t)).MayNotFire())
	}
	return p
}

func (c chaos) String() string {
	text := c.schedule.String()
	for i, verbs := range c.verbs {
		text += fmt.Sprintf("verbs %d:\n", i+1)
		for _, v := range verbs {
			text += fmt.Sprintf("\t%v\n", v)
		}
	}
	if c.wrapped {
		text += "behind a Listener\n"
	}
	return text
}

// edits reports whether a fault changes bytes, or lets them vanish.
func edits(f fault.Fault) bool {
	switch f.(type) {
	case fault.Corrupt, fault.Replace, fault.Blackhole:
		return true
	}
	return false
}

// changes reports whether the plan is changed in the round.
func (c chaos) changes() bool {
	return slices.ContainsFunc(slices.Concat(c.verbs[0], c.verbs[1]), func(v verb) bool { return v.do == doSetFaults })
}

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
		Transcript() transcript.Transcript
		Report() fault.Report
	}
	srv *fakeserver.Server   // or
	ln  *fakeserver.Listener // one of these is the target

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
	r.owners.Wait()
	r.playing.Wait()
	for _, p := range r.handlers {
		<-p.reader
	}
	return errors.Join(append(r.errs, r.account())...)
}

func (r *round) start() (err error) {
	if !r.wrapped {
		r.srv, err = fakeserver.Listen(fakeserver.Config{Transport: r.transport, Handler: r, Faults: r.plan})
		r.target = r.srv
		return err
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

// own is a real server.
func (r *round) own() {
	for {
		c, err := r.ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
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
	case doRelease:
		r.target.Release(gate) // which the plan may not have
	case doByFIN:
		err = r.target.CloseClientConns(transcript.ByFIN)
	case doByRST:
		err = r.target.CloseClientConns(transcript.ByRST)
	case doEnd:
		return r.end()
	case doShut:
		err = r.ln.Close()
	case doDown:
		err = r.srv.Down()
	case doUp:
		err = r.srv.Up()
	case doUnanswered:
		r.srv.Unanswered() // which is not for a server that is down
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
	var errs []error
	for e := range tr.Kind(transcript.Accept).All() {
		l := ledger{record: tr.Conn(e.Conn), client: r.clients[e.Peer], handler: r.handlers[e.Conn], plan: p, conn: e.Conn, mixed: changed}
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

// In virtual time. A goroutine that stays behind is a deadlock there.
func TestChaosInMemory(t *testing.T) {
	check(t, 100, func(rt *rapid.T) {
		c := drawChaos(rt, wirePlan{length: 2000, unit: time.Second, directions: both, forever: true})
		var err error
		func() {
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("%v", p)
				}
			}()
			synctest.Test(t, func(*testing.T) { err = c.play(memoryWire(c.window)) })
		}()
		if err != nil {
			rt.Fatalf("%v\n%v", c, err)
		}
	})
}

func memoryWire(window int) wire {
	network := new(fakenet.Network)
	return wire{
		func() (net.Listener, error) { return network.Listen(context.Background(), "tcp", "127.0.0.1:0") },
		network,
		func(ctx context.Context, addr string) (client, error) {
			c, err := network.DialContext(ctx, "tcp", addr)
			if err != nil {
				return nil, err
			}
			c.(*fakenet.Conn).SetReadBuffer(window)
			return c.(*fakenet.Conn), nil
		},
	}
}

var loopbackWire = wire{
	func() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") },
	nil,
	func(ctx context.Context, addr string) (client, error) {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err != nil {
			return nil, err
		}
		return resetTCP{c.(*net.TCPConn)}, nil
	},
}

// The same on loopback, where goroutines and descriptors are counted.
func TestChaosOnLoopback(t *testing.T) {
	before, files := runtime.NumGoroutine(), descriptors(t)
	check(t, 40, func(rt *rapid.T) {
		c := drawChaos(rt, wirePlan{length: 2000, unit: 300 * time.Microsecond, directions: both, forever: true})
		if err := c.play(loopbackWire); err != nil {
			rt.Fatalf("%v\n%v", c, err)
		}
	})
	wantGoroutines(t, before)
	if n := descriptors(t); n > files {
		t.Errorf("%d descriptors became %d", files, n)
	}
}
