package scenarios

import (
	"context"
	"errors"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

// searchedCalls is how often a client is called in a trial of a search: the first call meets the fault, the second
// what is left of it, and the third shows whether the client has got over it.
const searchedCalls = 3

// searched returns the check of a promise of clients: that nothing breaks them which a search tries, of their
// exchanges and of their sessions.
func searched[S clientSubject](s searchOf[S]) func(context.Context, func() S) error {
	return func(ctx context.Context, subject func() S) error {
		c, err := subject().client()
		if err != nil {
			return err
		}
		healthy, err := exchange(ctx, subject, rehearsal, wantAnswer)
		if err != nil {
			return err
		}
		s.at = chosen(healthy)
		subject = inTurnOf(subject)
		session := func() error { return s.session(ctx, subject) }
		switch {
		case c.open == nil:
			return s.calls(ctx, subject)
		case c.doIsOpen():
			return session()
		}
		return inTurn(func() error { return s.calls(ctx, subject) }, session)
	}
}

// A searchOf is what searches have to know of a kind of client.
type searchOf[S clientSubject] struct {
	medium fault.Medium
	each   bool // each Do has a subject of its own
	at     int  // the index of the server that has the plan
}

// begin returns a search.
func (s searchOf[S]) begin(ctx context.Context, subject func() S) *searching {
	c, _ := subject().client()
	return newSearching(ctx, c.within, c.dials, func(ctx context.Context, p fault.Plan) (fakeserver.Wire, error) {
		return c.front(ctx, s.at, p)
	})
}

// calls searches for what breaks Do. The context that this is given has no deadline, which a step's has.
func (s searchOf[S]) calls(ctx context.Context, subject func() S) error {
	search := s.begin(ctx, subject)
	return search.verdict(explore.Search(search.ctx, search.cfg, s.medium, func(ctx context.Context, w *explore.Wire) error {
		c, err := subject().client()
		for n := range searchedCalls {
			if s.each && n > 0 {
				c, err = subject().client()
			}
			w.Do(c.call, func(context.Context) (any, error) { return c.do(ctx, w.Addr()) })
		}
		return err
	}))
}

// session searches for what breaks a session. Whether it gets over the end of its connection is for other
// promises: it may have one for good, and it may pause before it dials again.
func (s searchOf[S]) session(ctx context.Context, subject func() S) error {
	search := s.begin(ctx, subject)
	search.cfg.OneConn = true
	return search.verdict(explore.Search(search.ctx, search.cfg, s.medium, func(ctx context.Context, w *explore.Wire) error {
		c, err := subject().client()
		if err != nil {
			return err
		}
		session, err := opened(ctx, c, w)
		if err != nil {
			return nil // which is a step's
		}
		for n := range searchedCalls {
			w.Do("Ask", func(context.Context) (any, error) { return session.Ask(ctx, n+1) })
		}
		w.Do("Close", func(context.Context) (any, error) {
			session.close() // that it reports an error is no reason to find fault
			return nil, nil
		})
		return nil
	}))
}

// opened makes a client's session, as a step.
func opened(ctx context.Context, c client, w *explore.Wire) (s Session, err error) {
	_, err = w.Do("Open", func(context.Context) (any, error) {
		s, err = c.open(ctx, w.Addr())
		if err == nil && s.Ask == nil {
			err = errNoAsk
		}
		return nil, err
	})
	return s, err
}

// chosen returns the index of the server that sent the client the most on a healthy wire.
func chosen(healthy records) (at int) {
	for i, t := range healthy {
		if serverSent(t) > serverSent(healthy[at]) {
			at = i
		}
	}
	return at
}

// A front is a client's servers, which has the record of the one that has the plan: the others are well.
type front struct {
	fake
	all fakes
}

// front starts the client's servers, of which the one with that index has the plan.
func (c client) front(ctx context.Context, at int, p fault.Plan) (fakeserver.Wire, error) {
	all := fakes{end: new(end)}
	for i := range c.servers {
		plan := p
		if i != at {
			plan = fault.Plan{}
		}
		srv, err := c.server(ctx, i, plan)
		if err != nil {
			return nil, errors.Join(err, all.Stop())
		}
		all.all = append(all.all, srv)
	}
	return front{all.all[at], all}, nil
}

// Address returns what the client is given.
func (f front) Address() string { return f.all.Address() }

// Stop ends the servers.
func (f front) Stop() error { return f.all.Stop() }
