package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Close gives handlers this long to return once everything that they could wait
// for was unblocked.
const closeGrace = time.Second

// core is what Server and PacketServer have in common: a record, a plan that
// decides, and a life.
type core struct {
	name  string
	seed  seed
	rec   *record.Recorder
	plans plans
	port  *port
	gates gates
	addr  net.Addr
	noRST bool // of a unix socket, which has none

	recordLimit int64 // see Config

	ctx     context.Context // of handlers; canceled by Close
	cancel  context.CancelFunc
	closing chan struct{}  // closed when Close begins
	done    chan struct{}  // closed when Close has ended
	wg      sync.WaitGroup // of all goroutines

	errMu sync.Mutex // guards errs
	errs  []error    // what Verify reports, besides the plan's outcomes
}

// newCore checks p and binds its port, without taking connections yet. origin
// names the test and the ordinal of the server in it, and mixes into the seed.
func newCore(p place, recordLimit int64, o origin) (*core, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	c, err := compile(p, o)
	if err != nil {
		return nil, err
	}
	if c.port, err = openPort(p); err != nil {
		return nil, err
	}
	c.settle(p.network, c.port.addr, recordLimit)
	return c, nil
}

// compile checks the plan of p and settles its seed.
func compile(p place, o origin) (*core, error) {
	sd, err := chooseSeed(p.plan, o)
	if err != nil {
		return nil, err
	}
	p.plan.Seed = sd.effective
	plan, err := p.plan.Compile(p.medium)
	if err != nil {
		return nil, err
	}
	c := &core{name: p.name, seed: sd, noRST: p.isUnix()}
	c.plans.now.Store(plan)
	return c, c.checkResets(plan)
}

// settle lets c begin to record, at addr.
func (c *core) settle(network string, addr net.Addr, recordLimit int64) {
	c.addr, c.recordLimit = addr, recordLimit
	c.closing, c.done = make(chan struct{}), make(chan struct{})
	c.rec = record.New(transcript.Header{Name: c.name, Network: network, Address: c.Addr()}, recordLimit)
	c.ctx, c.cancel = context.WithCancel(context.Background())
}

// Addr returns the address to hand to a client, such as "127.0.0.1:4242". For a
// server bound to all addresses it is the loopback one.
func (c *core) Addr() string {
	if ap := c.AddrPort(); ap.IsValid() {
		return ap.String()
	}
	return c.addr.String()
}

// AddrPort returns Addr as an IP address and port. It is zero if the transport's
// addresses are of another kind.
func (c *core) AddrPort() netip.AddrPort {
	var ap netip.AddrPort
	switch a := c.addr.(type) {
	case *net.TCPAddr:
		ap = a.AddrPort()
	case *net.UDPAddr:
		ap = a.AddrPort()
	default:
		return netip.AddrPort{}
	}
	return dialable(netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()))
}

// Done returns a channel that is closed when Close has ended, of a Listener when
// Stop has. Nothing is added to the record from then on, unless Close had to give up
// on a handler.
func (c *core) Done() <-chan struct{} { return c.done }

// Report returns what became of the plan's rules so far.
func (c *core) Report() fault.Report { return c.compiled().Report() }

// Verify returns an error that names everything that was not as it should be: a
// handler that failed or panicked, and each rule of the plan that did not act and is
// not excused: see [fault.Report.Verify].
func (c *core) Verify() error {
	c.errMu.Lock()
	defer c.errMu.Unlock()
	return errors.Join(append([]error{c.compiled().Report().Verify()}, c.errs...)...)
}

// fail keeps err for Verify.
func (c *core) fail(err error) {
	c.errMu.Lock()
	c.errs = append(c.errs, err)
	c.errMu.Unlock()
}

func (c *core) connError(n *Conn, err error) error {
	return fmt.Errorf("fakeserver: %s: conn %d: %w", c.name, n.n, err)
}

// wait sleeps until cond holds for a snapshot.
func (c *core) wait(ctx context.Context, snapshot func() transcript.Transcript, cond func(transcript.Transcript) bool) error {
	for {
		changed := c.rec.Changed()
		t := snapshot()
		if cond(t) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("fakeserver: %s: wait: %w\n%v", c.name, context.Cause(ctx), t)
		case <-c.done:
			if t = snapshot(); cond(t) {
				return nil
			}
			return fmt.Errorf("fakeserver: %s: wait: %w\n%v", c.name, net.ErrClosed, t)
		}
	}
}

// isClosing reports whether Close has begun.
func (c *core) isClosing() bool {
	select {
	case <-c.closing:
		return true
	default:
		return false
	}
}

// joined reports whether all goroutines ended within d.
func (c *core) joined(d time.Duration) bool {
	all := make(chan struct{})
	go c.join(all)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-all:
		return true
	case <-t.C:
		return false
	}
}

func (c *core) join(all chan<- struct{}) {
	c.wg.Wait()
	close(all)
}
