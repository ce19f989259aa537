package oneplan_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// serve is a real server above ln, which tries again when Accept fails.
func (s streamScript) serve(ln *fakeserver.Listener) {
	for {
		c, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		go func() {
			defer c.Close()
			s.handler(c, c.(*fakeserver.Conn).Number())
		}()
	}
}

// ServeConn makes the script a Handler.
func (s streamScript) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	s.handler(c, c.Number())
	return nil
}

// A network is the kernel's, or one in memory.
type network interface {
	fakeserver.Transport
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// kernel is the kernel's network.
type kernel struct {
	net.ListenConfig
	net.Dialer
}

// direct starts the script as a fake server.
func (s streamScript) direct(n network, p fault.Plan) (fakeserver.Wire, error) {
	cfg := fakeserver.Config{Handler: s, Faults: p}
	if _, real := n.(*kernel); !real {
		cfg.Transport = n
	}
	return fakeserver.Listen(cfg)
}

// wrapped starts the script as a real server on a Listener.
func (s streamScript) wrapped(n network, p fault.Plan) (fakeserver.Wire, error) {
	ln, err := n.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	wrapped, err := fakeserver.WrapListener(ln, fakeserver.Config{Faults: p})
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	go s.serve(wrapped)
	return wrapped, nil
}

// run plays the script with a server that start returns. Holds are released soon after they
// hold something. After a rule that is named forever, a client does not wait for more.
func (s streamScript) run(n network, p fault.Plan, start func(network, fault.Plan) (fakeserver.Wire, error)) (outcome, transcript.Transcript, error) {
	srv, err := start(n, p)
	if err != nil {
		return outcome{}, transcript.Transcript{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	var helpers sync.WaitGroup
	for i, gate := range gates(p) {
		helpers.Go(func() {
			if srv.AwaitHeld(ctx, gate) == nil {
				time.Sleep(time.Microsecond + time.Duration(7*i)) // the Release is in the record, and alone at its moment
				srv.Release(gate)
			}
		})
	}
	var heard []string
	err = awaitStart(ctx, srv, p)
	for conn := 1; conn <= conns; conn++ {
		heard = append(heard, s.call(ctx, n, p, srv, conn))
		if waitErr := srv.Wait(ctx, func(t transcript.Transcript) bool { return hasEnded(t.Conn(conn)) || acted(t.Conn(conn), "forever") }); err == nil {
			err = waitErr
		}
	}
	cancel()
	helpers.Wait()
	err = errors.Join(err, srv.Stop())
	tr := srv.Transcript()
	return outcome{tr.Canonical(), settled(srv.Report()), heard}, tr, err
}

// call plays the client on one connection, and returns what it read.
func (s streamScript) call(ctx context.Context, n network, p fault.Plan, srv fakeserver.Wire, conn int) string {
	raw, err := n.DialContext(context.Background(), "tcp", srv.Address())
	if err != nil {
		return " then " + endOf(err) // on the kernel's network an RST may overtake the connect
	}
	c := &impatient{Conn: raw, enough: -1}
	defer c.Close()
	ctx, cancel := context.WithCancel(ctx)
	var watch sync.WaitGroup
	if lastsForever(p) {
		watch.Go(func() {
			if srv.Wait(ctx, func(t transcript.Transcript) bool { return acted(t.Conn(conn), "forever") }) == nil {
				c.giveUpAfter(len(srv.Transcript().Conn(conn).ToClient()))
			}
		})
	}
	got, err := s.client(c, conn)
	cancel()
	watch.Wait()
	return got + " then " + endAfter(p, err)
}

// endAfter is endOf where the plan may have an Exit: whether the client still writes when it hears of
// that, and so of an RST, is a race, and what it reads ends in order.
func endAfter(p fault.Plan, err error) string {
	exits := slices.ContainsFunc(p.Rules, func(r fault.Rule) bool { return r.Fault.Kind() == "exit" || r.Fault.Kind() == "restart" })
	if exits && (errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ENOTCONN)) && !errors.Is(err, syscall.ECONNRESET) {
		return endOf(nil)
	}
	return endOf(err)
}

// gates returns the gates of the plan's Holds, in their order.
func gates(p fault.Plan) (all []string) {
	for _, r := range p.Rules {
		if h, ok := r.Fault.(fault.Hold); ok && !slices.Contains(all, h.Gate) {
			all = append(all, h.Gate)
		}
	}
	return all
}

// settled returns a report without what depends on how far a handler got before its server closed:
// what it wrote after a stop that lasts forever.
func settled(r fault.Report) fault.Report {
	for i := range r.Rules {
		if r.Rules[i].Key == "forever" {
			r.Rules[i].Following = 0
		}
	}
	return r
}

// lastsForever reports whether the plan has a rule that is named forever.
func lastsForever(p fault.Plan) bool {
	return slices.ContainsFunc(p.Rules, func(r fault.Rule) bool { return r.Name == "forever" })
}

func hasEnded(t transcript.Transcript) bool { return t.Kind(transcript.Close).Len() > 0 }

func acted(t transcript.Transcript, rule string) bool {
	for _, e := range t.Faults() {
		if e.Rule == rule {
			return true
		}
	}
	return false
}

// A streamWay is where a script runs.
type streamWay struct {
	name    string
	wrapped bool // behind a Listener
	run     func(t *testing.T, s streamScript, p fault.Plan) (outcome, transcript.Transcript, error)
}

var streamWays = []streamWay{
	{"in a bubble", false, func(t *testing.T, s streamScript, p fault.Plan) (o outcome, tr transcript.Transcript, err error) {
		nettest.Bubble(t, func(fakeserver.TB) { o, tr, err = s.run(new(nettest.Network), p, s.direct) })
		return o, tr, err
	}},
	{"in a bubble, with WrapListener", true, func(t *testing.T, s streamScript, p fault.Plan) (o outcome, tr transcript.Transcript, err error) {
		nettest.Bubble(t, func(fakeserver.TB) { o, tr, err = s.run(new(nettest.Network), p, s.wrapped) })
		return o, tr, err
	}},
	{"in memory", false, func(t *testing.T, s streamScript, p fault.Plan) (outcome, transcript.Transcript, error) {
		return s.run(new(nettest.Network), p, s.direct)
	}},
	{"on the kernel's network", false, func(t *testing.T, s streamScript, p fault.Plan) (outcome, transcript.Transcript, error) {
		return s.run(new(kernel), p, s.direct)
	}},
	{"on the kernel's network, with WrapListener", true, func(t *testing.T, s streamScript, p fault.Plan) (outcome, transcript.Transcript, error) {
		return s.run(new(kernel), p, s.wrapped)
	}},
}

// waysFor returns where a plan can be: that with a FailAccept behind a Listener only.
func waysFor(p fault.Plan) []streamWay {
	failing := slices.ContainsFunc(p.Rules, func(r fault.Rule) bool { return r.Fault.Kind() == fault.FailAccept{}.Kind() })
	return slices.DeleteFunc(slices.Clone(streamWays), func(way streamWay) bool { return failing && !way.wrapped })
}

// check runs the script in every way, and returns what differs from the first.
func (s streamScript) check(t *testing.T, p fault.Plan) (first outcome, err error) {
	t.Helper()
	var errs []error
	for i, way := range waysFor(p) {
		got, tr, err := way.run(t, s, p)
		if i == 0 {
			first = got
		}
		if err = errors.Join(err, first.compare(got)); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w\n%v", way.name, err, tr))
		}
	}
	return first, errors.Join(errs...)
}

func TestOnePlanOfStreams(t *testing.T) {
	for name, s := range map[string]streamScript{"exchange": exchange, "dialogue": dialogue, "outage": exchange, "listener": exchange} {
		for name, p := range corpus(t, name) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				first, err := s.check(t, p)
				if err = errors.Join(err, first.report.Verify()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestOnePlanHasEveryStreamFault(t *testing.T) {
	triggers := []string{"only", "from", "after bytes", "after match", "nth", "every", "plus", "match in", "each of some matches", "writes", "after time", "now", "until bytes", "until time", "probability", "limit"}
	wantAllKinds(t, fault.Streams, triggers, corpus(t, "exchange"), corpus(t, "dialogue"), corpus(t, "outage"), corpus(t, "listener"))
}
