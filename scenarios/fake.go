package scenarios

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A fake is the fake server of one exchange.
type fake struct {
	server
	plan   fault.Plan
	memory *memoryNetwork  // nil: the kernel's
	relay  *relay          // nil: the Handler is at the wire itself
	beside fakeserver.Wire // the other medium's server at the same address; nil: there is none
}

// server is what fakeserver's Server and PacketServer have in common.
type server interface {
	fakeserver.Wire
	Down() error
	Up() error
}

// listenStream starts a server for streams.
func listenStream(ctx context.Context, cfg fakeserver.Config) (fake, error) {
	if cfg.Transport == nil {
		cfg.Transport = transportOf(ctx)
	}
	srv, err := fakeserver.Listen(cfg)
	if err != nil {
		return fake{}, fmt.Errorf("%w: %w", ErrSubject, err)
	}
	return fake{server: srv, plan: cfg.Faults, memory: memoryOf(ctx)}, nil
}

// listenPacket starts a server for datagrams.
func listenPacket(ctx context.Context, cfg fakeserver.PacketConfig) (fake, error) {
	if cfg.Transport == nil {
		cfg.Transport = transportOf(ctx)
	}
	srv, err := fakeserver.ListenPacket(cfg)
	if err != nil {
		return fake{}, fmt.Errorf("%w: %w", ErrSubject, err)
	}
	return fake{server: srv, plan: cfg.Faults, memory: memoryOf(ctx)}, nil
}

// Stop ends all servers at the address.
func (f fake) Stop() error {
	if f.beside == nil {
		return f.server.Stop()
	}
	return errors.Join(f.server.Stop(), f.beside.Stop())
}

// Verify is the servers', too.
func (f fake) Verify() error {
	if f.beside == nil {
		return f.server.Verify()
	}
	return errors.Join(f.server.Verify(), f.beside.Verify())
}

// stream returns the server as one for streams, and panics if it is not.
func (f fake) stream() *fakeserver.Server { return f.server.(*fakeserver.Server) }

// isPacket reports whether the server is one for datagrams.
func (f fake) isPacket() bool {
	_, is := f.server.(*fakeserver.PacketServer)
	return is
}

// canRefuse reports whether a server can refuse connections, or leave connects without
// an answer, and keep its port: in memory it can, and of kernels Linux's.
func canRefuse(ctx context.Context) bool { return memoryOf(ctx) != nil || runtime.GOOS == "linux" }

// refuse lets a server refuse connections.
func refuse(f fake) error { return f.Down() }

// ignoreDials lets a server leave connects without an answer.
func ignoreDials(f fake) error { return f.stream().IgnoreDials() }

// undone says what was to happen on the wire, and did not: rules that never acted, and a
// place that the dialogue never came to. It is for a server that has closed. A scenario whose
// fault never happened proves nothing, neither for the subject nor against it.
func (f fake) undone() error {
	var errs []error
	for _, o := range f.Report().Rules {
		if o.State != fault.Fired && o.Rule.Demand != fault.NeedNotFire {
			errs = append(errs, fmt.Errorf("rule %s never acted", o.Key))
		}
	}
	return errors.Join(append(errs, f.relay.missed())...)
}

// spared returns an error if nothing happened on a connection on which the server sent
// something, though each rule is for all: one that asks again may have got its answer there,
// such as one that is shorter this time, and ends before the byte that the rule is about.
func (f fake) spared() error {
	t := f.Transcript()
	acted := actedOn(t)
	for n := 1; n <= t.Conns() && f.forAll(); n++ {
		if serverSent(t.Conn(n)) > 0 && !slices.Contains(acted, n) {
			return fmt.Errorf("%w: on connection %d %w", ErrInconclusive, n, errNotTried)
		}
	}
	return nil
}

// forAll reports whether there are rules, and each is for all connections.
func (f fake) forAll() bool {
	limited := func(r fault.Rule) bool { return !reflect.DeepEqual(r.Conns, fault.Rule{}.Conns) }
	return len(f.plan.Rules) > 0 && !slices.ContainsFunc(f.plan.Rules, limited)
}

// conclusive returns nil if the wire did what it was to do, and the handler did not fail.
func (f fake) conclusive() error {
	return errors.Join(f.Stop(), f.Verify(), f.undone(), f.relay.conclusive())
}

// show adds f's evidence to err.
func (f fake) show(err error) error {
	shown := evidence{report: f.Report(), draws: f.plan.Draws(), record: f.Transcript()}
	if f.beside != nil {
		shown.beside = f.beside.Transcript().String()
	}
	return &evidenced{err, shown}
}

// verdict says what found, an error about a subject on a wire of the kind what,
// means: an error of the given kind, or if that is nil that the subject broke its
// promise, unless it says otherwise itself. But if the wire did not do what it was to do,
// what was found is about another trial than this was to be: that is inconclusive. If there
// is nothing, the promise was kept, provided that the handler did not fail either.
func (f fake) verdict(what string, kind, found error) error {
	doubt := f.conclusive()
	undone := f.undone()
	switch {
	case errors.Is(found, ErrInconclusive), errors.Is(found, ErrSubject):
		return f.show(found)
	case found != nil && undone != nil:
		return f.show(fmt.Errorf("%w: %s: %w: %w, and the client: %w", ErrInconclusive, what, errNotTried, undone, found))
	case found != nil:
		return f.show(&breach{cmp.Or(kind, ErrBroken), what, found})
	case undone != nil:
		return f.show(fmt.Errorf("%w: %s: %w: %w", ErrInconclusive, what, errNotTried, doubt))
	case doubt != nil:
		return f.show(fmt.Errorf("%w: %s: %w", ErrInconclusive, what, doubt))
	}
	return nil
}

// errNotTried is in the error about a trial in which the wire did not do what it was to do,
// such as one whose reply was shorter than it had been before. Another may fare better.
var errNotTried = errors.New("this did not happen")
