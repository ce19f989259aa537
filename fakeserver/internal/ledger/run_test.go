package ledger_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A run is a schedule that is played.
type run struct {
	schedule
	srv      *fakeserver.Server
	clients  []*player       // nil: it could not connect
	mu       sync.Mutex      // guards handlers
	handlers map[int]*player // by connection; those that were called
	playing  sync.WaitGroup
}

// ServeConn plays the handler's side of a connection.
func (r *run) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	r.playing.Add(1)
	defer r.playing.Done()
	s := r.dealings[c.Number()-1].handler
	p := s.play(c, wordsOf(c.Number(), "handler", s.length()), r.unit, ctx.Done())
	r.mu.Lock()
	r.handlers[c.Number()] = p
	r.mu.Unlock()
	if p.waits && !p.failed {
		<-p.reader
	}
	if p.failed {
		return errFail
	}
	return nil
}

// start starts a server for the schedule; a nil transport is the kernel.
func (s schedule) start(tr fakeserver.Transport) (*run, error) {
	r := &run{schedule: s, clients: make([]*player, len(s.dealings)), handlers: map[int]*player{}}
	var err error
	r.srv, err = fakeserver.Listen(fakeserver.Config{Transport: tr, Handler: r, Faults: s.plan})
	return r, err
}

// play runs all clients and closes the server when they are done, or before. The
// record is complete then.
func (r *run) play(dial func() (client, error)) error {
	var clients, rest sync.WaitGroup
	if r.hasGate() && r.release > 0 {
		rest.Go(func() {
			time.Sleep(time.Duration(r.release) * r.unit)
			r.srv.Release(gate)
		})
	}
	if r.closeAt > 0 {
		rest.Go(func() {
			time.Sleep(time.Duration(r.closeAt) * r.unit)
			r.srv.Close()
		})
	}
	for i, x := range r.dealings {
		c, err := dial()
		if err != nil {
			continue // reset while it was connecting, or the server has closed
		}
		c.SetWriteDeadline(time.Now().Add(time.Duration(r.patience) * r.unit))
		clients.Go(func() {
			p := x.client.play(c, wordsOf(i+1, "client", x.client.length()), r.unit, nil)
			p.finish(time.Duration(r.patience) * r.unit)
			r.clients[i] = p
		})
	}
	clients.Wait()
	rest.Wait()
	err := r.srv.Close()
	r.playing.Wait()
	for _, p := range r.handlers {
		<-p.reader
	}
	return err
}

func (r *run) hasGate() bool {
	return slices.ContainsFunc(r.plan.Rules, func(r fault.Rule) bool { return r.Fault.Kind() == fault.Hold{}.Kind() })
}
