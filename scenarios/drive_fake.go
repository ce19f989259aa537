package scenarios

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// peer is a fake server for one exchange.
type peer struct {
	server
	plan   fault.Plan
	memory *memoryNetwork // nil: the kernel's
}

// server is what fakeserver's Server and PacketServer have in common.
type server interface {
	Addr() string
	Transcript() transcript.Transcript
	Wait(ctx context.Context, cond func(transcript.Transcript) bool) error
	AwaitHeld(ctx context.Context, gate string) error
	Report() fault.Report
	Verify() error
	Close() error
}

// streamPeer starts a server for streams.
func streamPeer(ctx context.Context, cfg fakeserver.Config) (peer, error) {
	cfg.Transport = transportOf(ctx)
	srv, err := fakeserver.Listen(cfg)
	if err != nil {
		return peer{}, fmt.Errorf("%w: %w", ErrSubject, err)
	}
	return peer{srv, cfg.Faults, memoryOf(ctx)}, nil
}

// packetPeer starts a server for datagrams.
func packetPeer(ctx context.Context, cfg fakeserver.PacketConfig) (peer, error) {
	cfg.Transport = transportOf(ctx)
	srv, err := fakeserver.ListenPacket(cfg)
	if err != nil {
		return peer{}, fmt.Errorf("%w: %w", ErrSubject, err)
	}
	return peer{srv, cfg.Faults, memoryOf(ctx)}, nil
}

// proved returns nil if the wire did what it was to do: each rule acted, and the
// handler did not fail. A scenario whose fault never happened proves nothing.
func (p peer) proved() error {
	errs := []error{p.Close(), p.Verify()}
	for _, o := range p.Report().Rules {
		if o.State != fault.Fired && !o.Rule.Optional {
			errs = append(errs, fmt.Errorf("rule %s never acted", o.Key))
		}
	}
	return errors.Join(errs...)
}

// show adds the evidence of p to err.
func (p peer) show(err error) error {
	return &evidenced{err, evidence{p.Report(), p.plan.Draws(), p.Transcript()}}
}

// verdict says what finding, an error about a subject on a wire of the kind what,
// means: an error of the given kind, or if that is nil that the subject broke its
// promise, unless it says otherwise itself. If there is none, the promise was kept if
// the wire did what it was to do.
func (p peer) verdict(what string, kind, finding error) error {
	unproved := p.proved()
	switch {
	case errors.Is(finding, ErrInconclusive), errors.Is(finding, ErrSubject):
		return p.show(finding)
	case finding != nil:
		return p.show(fmt.Errorf("%w: %s: %w", cmp.Or(kind, ErrBroken), what, finding))
	case unproved != nil:
		return p.show(fmt.Errorf("%w: %s: %w", ErrInconclusive, what, unproved))
	}
	return nil
}
