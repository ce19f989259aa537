package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// fakes are the fake servers of one exchange: one, or as many as the client is given. They have
// one plan, and what its methods do to them they do to all.
type fakes struct {
	all   []fake
	plan  fault.Plan // as it was made: of several servers, one on which a rule acts is enough
	relay *relay     // nil: the Handler is at the wire itself
	end   *end
}

// An end is that of servers.
type end struct {
	once   sync.Once
	before records // what there was before it, which is an event itself
	err    error
}

// alone returns f as all there is.
func (f fake) alone() fakes { return fakes{all: []fake{f}, plan: f.plan, end: new(end)} }

// maxServers is how many servers a client may have.
const maxServers = 16

// checkServers says what is wrong with a subject's number of servers.
func checkServers(n int) error {
	if n < 0 || n > maxServers {
		return fmt.Errorf("%w: Servers is %d, want 0 to %d", ErrSubject, n, maxServers)
	}
	return nil
}

// listenEach starts a client's servers by listen, which gets the index of each.
func listenEach(servers int, p fault.Plan, listen func(i int, p fault.Plan) (fake, error)) (fakes, error) {
	f := fakes{plan: p, end: new(end)}
	if servers > 1 {
		p.Rules = slices.Clone(p.Rules)
		for i, r := range p.Rules {
			p.Rules[i] = r.NeedNotFire()
		}
	}
	for i := range max(1, servers) {
		srv, err := listen(i, p)
		if err != nil {
			return fakes{}, errors.Join(err, f.Stop())
		}
		f.all = append(f.all, srv)
	}
	return f, nil
}

// nameOf returns what evidence calls the server with an index.
func nameOf(what string, i, servers int) string {
	if servers < 2 {
		return what
	}
	return fmt.Sprintf("%s, server %d", what, i+1)
}

// Address returns what the client is given: the address, or all of them with commas between.
func (f fakes) Address() string {
	var all []string
	for _, srv := range f.all {
		all = append(all, srv.Address())
	}
	return strings.Join(all, ",")
}

// memory returns the network of the servers: nil, if it is the kernel's.
func (f fakes) memory() *memoryNetwork { return f.all[0].memory }

// records returns what the servers have recorded.
func (f fakes) records() records {
	all := make(records, len(f.all))
	for i, srv := range f.all {
		all[i] = srv.Transcript()
	}
	return all
}

// each calls do for each server, and returns all errors.
func (f fakes) each(do func(fake) error) error {
	var errs []error
	for _, srv := range f.all {
		errs = append(errs, do(srv))
	}
	return errors.Join(errs...)
}

// Stop ends the servers.
func (f fakes) Stop() error {
	f.end.once.Do(func() {
		f.end.before = f.records()
		f.end.err = f.each(fake.Stop)
	})
	return f.end.err
}

// touched returns the servers to which something happened; all, if they are still there.
func (f fakes) touched() (some []fake) {
	for i, srv := range f.all {
		if f.end.before == nil || f.end.before[i].Len() > 0 || srv.wasUsed() {
			some = append(some, srv)
		}
	}
	return some
}

// refuse lets the servers refuse connections, or datagrams.
func (f fakes) refuse() error { return f.each(fake.refuse) }

// accept lets the servers take connections, or datagrams, again.
func (f fakes) accept() error { return f.each(func(srv fake) error { return srv.Up() }) }

// ignoreDials lets the servers leave connects without an answer.
func (f fakes) ignoreDials() error { return f.each(fake.ignoreDials) }

// closeConns ends the connections of the servers.
func (f fakes) closeConns(how transcript.Ending) error {
	return f.each(func(srv fake) error { return srv.stream().CloseClientConns(how) })
}

// release opens a gate at each server.
func (f fakes) release(gate string) error {
	return f.each(func(srv fake) error { return srv.Release(gate) })
}

// awaitHeld waits until something is held at a gate of one of the servers.
func (f fakes) awaitHeld(ctx context.Context, gate string) error {
	return f.atOne(ctx, func(ctx context.Context, srv fake) error { return srv.AwaitHeld(ctx, gate) })
}

// wait waits until cond holds for the records. Several goroutines may call that at once.
func (f fakes) wait(ctx context.Context, cond func(records) bool) error {
	return f.atOne(ctx, func(ctx context.Context, srv fake) error {
		return srv.Wait(ctx, func(transcript.Transcript) bool { return cond(f.records()) })
	})
}

// atOne waits at all servers at once, until that is over without an error at one of them, or
// at all. When it returns, no wait goes on.
func (f fakes) atOne(ctx context.Context, wait func(ctx context.Context, srv fake) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan error, len(f.all))
	for _, srv := range f.all {
		go func() { over <- wait(ctx, srv) }()
	}
	var errs []error
	for range f.all {
		err := <-over
		if errs = append(errs, err); err == nil {
			cancel()
		}
	}
	if slices.Contains(errs, nil) {
		return nil
	}
	return errors.Join(errs...)
}
