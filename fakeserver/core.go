package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// closeGrace is how long Close waits for handlers to return, once it has unblocked
// everything that they may wait for.
const closeGrace = time.Second

// core is what Server and PacketServer have in common: a record, a plan that
// decides, and a life.
type core struct {
	name  string
	test  string // that started it; empty: none did
	seed  seed
	rec   *record.Recorder
	trace bool     // what is recorded, as it happens
	grows *growing // what is recorded, in a file, say; nil: nowhere
	plans plans
	gates gates
	addr  net.Addr
	text  string // of the address to hand to a client
	noRST bool   // of a unix socket, which has none

	upstreams upstreams

	outages outages // which have its life

	network string // of addr
	medium  fault.Medium
	below   any // the Transport, or what was wrapped; nil for the kernel's network

	recordLimit   int64 // see Config
	preciseDelays bool
	redactor      transcript.Redactor // nil: nothing is to be hidden

	shut   chan struct{}   // closed when a Listener's Close begins, which ends no connection; nil for others
	ctx    context.Context // of handlers; canceled when Close begins
	cancel context.CancelFunc
	ended  once      // the end, by Close or Stop
	endErr error     // of the end
	wg     waitGroup // of all goroutines

	errMu sync.Mutex // guards errs
	errs  []error    // what Verify reports, besides the plan's outcomes
}

// begin checks e and its plan, for s, which is zero. origin names the test and the ordinal of the server in it,
// and mixes into the seed.
func (s *core) begin(e *endpoint, o origin) error {
	if err := e.check(); err != nil {
		return err
	}
	if err := s.compile(e, o); err != nil {
		return err
	}
	return s.checkAccepts(s.compiled())
}

// compile checks the plan of e and settles its seed.
func (s *core) compile(e *endpoint, o origin) error {
	sd, err := chooseSeed(e.plan, o)
	if e.replays {
		sd = seed{base: e.plan.Seed, effective: e.plan.Seed}
	}
	if err != nil {
		return err
	}
	e.plan.Seed = sd.effective
	plan, err := e.plan.Compile(e.medium)
	if err != nil {
		return err
	}
	trace, err := tracing()
	if err != nil {
		return err
	}
	if (e.recordTo != nil || e.recordUpstreamTo != nil) && e.redactor != nil {
		return fmt.Errorf("%w: RecordTo and Redact can't be had together: what is to be hidden may be cut anywhere, and is known only at the end", ErrConfig)
	}
	s.name, s.test, s.seed, s.noRST = e.name, o.test(), sd, e.isUnix()
	s.medium, s.redactor, s.trace, s.preciseDelays = e.medium, e.redactor, trace, e.preciseDelays
	if e.transport != nil {
		s.below = e.transport
	}
	s.plans.first = plan.Plan()
	s.plans.now.Store(plan)
	return s.checkResets(plan)
}

// settle lets c begin to record, at addr.
func (s *core) settle(e *endpoint, addr net.Addr) {
	s.network, s.addr, s.text, s.recordLimit = e.network, addr, dialString(addr), e.recordLimit
	s.rec = record.New(transcript.Header{Name: s.name, Network: e.network, Address: s.text}, e.recordLimit)
	s.rec.Redact(s.redactor)
	s.rec.Ahead(s.spawn)
	if s.trace {
		s.rec.Trace(tracer(os.Stderr, s.rec.Snapshot().Redacted().Header(), s.redactor))
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if e.recordTo != nil {
		s.grows = newGrowing(e.recordTo, "RecordTo", s.rec.Snapshot().Header(), s.recordingOrigin(), s.ctx.Done())
		s.rec.Tap(s.grows)
	}
	s.upstreams.to = e.recordUpstreamTo
	s.outages.c = s
}

// spawn runs f, which waits for nothing, in a goroutine of the server's.
func (s *core) spawn(f func()) {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		f()
	}()
}

// Address returns the address to hand to a client, such as "127.0.0.1:4242". For a
// server bound to all addresses it is the loopback one.
func (s *core) Address() string { return s.text }

// AddrPort returns Address as an IP address and port. It is zero if the transport's
// addresses are of another kind.
func (s *core) AddrPort() netip.AddrPort {
	return dialable(addrPortOf(s.addr))
}

// Done returns a channel that is closed when Stop has ended, or the Close of anything but a
// Listener. Nothing is added to the record from then on, unless Close had to give up
// on a handler.
func (s *core) Done() <-chan struct{} { return s.ended.done() }

// Report returns what became of the plan's rules so far.
func (s *core) Report() fault.Report { return s.compiled().Report() }

// Verify returns an error that names everything that went wrong: a handler that
// failed or panicked, and each rule of the plan that did not act and is
// not excused: see [fault.Report.Verify].
func (s *core) Verify() error {
	s.errMu.Lock()
	defer s.errMu.Unlock()
	return s.redactError(errors.Join(append([]error{s.compiled().Report().Verify()}, s.errs...)...))
}

// fail keeps err for Verify.
func (s *core) fail(err error) {
	s.errMu.Lock()
	s.errs = append(s.errs, err)
	s.errMu.Unlock()
}

func (s *core) connError(n int, err error) error {
	return fmt.Errorf("fakeserver: %s: conn %d: %w", s.name, n, err)
}

// isClosing reports whether Close has begun.
func (s *core) isClosing() bool { return s.ctx.Err() != nil }

// end lets f end the server, once. Each call waits for that, and returns its error.
func (s *core) end(f func() error) error {
	s.ended.do(func() { s.endBy(f) })
	return s.endErr
}

// endBy is end, where the caller has begun ended already.
func (s *core) endBy(f func() error) {
	s.endErr = s.redactError(errors.Join(f(), s.endGrowing()))
	s.settleAlarms()
}

func (s *core) closedError(op string) error {
	return fmt.Errorf("fakeserver: %s: %s: %w", s.name, op, net.ErrClosed)
}
