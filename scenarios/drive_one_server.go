package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/fakewire/fakewire/nettest/subject"
)

// wantServers says that c has to have several servers.
func (c client) wantServers() error {
	if c.servers > 1 {
		return nil
	}
	return fmt.Errorf("%w: Servers is %d, and this promise is about several", ErrLacks, c.servers)
}

// chances is how often each server is the one that is gone: a client may choose by chance which it
// asks first, and one that has no second choice be lucky.
const chances = 4

// oneGone returns trials in each of which one of the client's servers is gone from the beginning:
// each in turn, since it is the client that chooses which it asks first, and then each in turn the
// other way, since it may choose in turn, too.
func (c client) oneGone(how string, gone func(fake) error) (all []trial) {
	var each []trial
	for i := range c.servers {
		each = append(each, trial{
			what:  fmt.Sprintf("when server %d of %d %s", i+1, c.servers, how),
			ready: func(f fakes) error { return gone(f.all[i]) },
		})
	}
	for range chances {
		all = append(all, each...)
		slices.Reverse(each)
	}
	return all
}

// wantAnswerPast wants the subject's exchange to give its answer in each of the trials.
func wantAnswerPast[S clientSubject](ctx context.Context, p pace, c client, subject func() S, trials []trial) error {
	return tryEach(p, subject, len(trials), func(i int, subject func() S) error {
		return c.calmly(func() error {
			_, err := exchange(ctx, subject, trials[i], wantAnswer)
			return err
		})
	})
}

// A lossAt is what happens at a place in the dialogue with the server that the client asks first.
type lossAt struct {
	loss
	at   place
	asks bool // it happens when the client begins to ask for the place's message
}

// askAnother wants the client's whole exchange to give its answer, whatever is lost at the server
// that it asks first.
func askAnother(ctx context.Context, c client, subject func() TCPClient, losses []lossAt) error {
	return tryEach(together, subject, len(losses), func(i int, subject func() TCPClient) error {
		l := losses[i]
		r := newRelay(l.at, l.then).atFirst()
		if l.asks {
			r = r.onRequest()
		}
		return c.calmly(func() error { return relayed(ctx, subject, r, trial{what: l.what}, doAnswered, onWire) })
	})
}

// calmly runs a trial in which c needs its own time for more than to wait, such as to leave a server
// that is gone for one that is well, and looks meanwhile whether the machine has the time for it.
func (c client) calmly(try func() error) error {
	const beats = 64 // in Within
	period := c.within / beats
	began, pulse := time.Now(), subject.NewPulse(period)
	err := try()
	pulse.Stop()
	return c.unlessBusy(err, time.Since(began)-time.Duration(pulse.Count()+1)*period)
}

// unlessBusy returns err, of a trial in which the machine had no time for c for so long. A client gives
// each server, or each part of a large request, a part of its time. If the machine took that part, what
// is well looked gone to it, too: then a break says nothing.
func (c client) unlessBusy(err error, busy time.Duration) error {
	if busy < c.within/16 || !errors.Is(err, ErrBroken) {
		return err
	}
	return likewise(err, fmt.Errorf("%w: for %v, the machine was too busy: %w; %v", ErrInconclusive, busy, errNotTried, err))
}

// A silence is a server that says nothing from when the silence begins: the one that is asked first
// from then on.
type silence struct {
	mu     sync.Mutex // guards those below
	begun  bool
	fell   bool // upon a server
	server int  // its index
}

// begin begins the silence.
func (s *silence) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun = true
}

// over returns subjects on one of whose servers the silence falls.
func (s *silence) over(subject func() UDPClient) func() UDPClient {
	return screenRequests(subject, s.pass)
}

// pass reports whether r gets through to its server.
func (s *silence) pass(r requestDatagram) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.begun && !s.fell {
		s.fell, s.server = true, r.server
	}
	return !s.fell || s.server != r.server
}

// verdict is err, or that nothing was tried.
func (s *silence) verdict(what string, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && !s.fell {
		return fmt.Errorf("%w: %s: no server was asked", ErrInconclusive, what)
	}
	return err
}
