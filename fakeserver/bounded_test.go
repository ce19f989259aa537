package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// A load is what there is n times of when a server closes.
type load struct {
	handler fakeserver.Handler
	rules   []fault.Rule
	clients func(n int) int // nil: one
	client  func(c net.Conn, n int) error
	ready   func(tr transcript.Transcript, n int) bool
	queued  func(n int) // waits for what is not in the record; may be nil
	stuck   bool        // Close gives up on the handlers
	linear  bool        // what Close does grows with n, but not faster
}

func each(n int) int { return n }

// forEver waits for nothing that Close could end.
func forEver(block <-chan struct{}, f func(c *fakeserver.Conn)) fakeserver.Handler {
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		f(c)
		<-block
		return nil
	})
}

// echoes writes n bytes one by one and reads them back: that many events.
func echoes(c net.Conn, n int) error {
	for range n {
		if _, err := c.Write([]byte{'x'}); err != nil {
			return err
		}
		if _, err := c.Read(make([]byte, 1)); err != nil {
			return err
		}
	}
	return nil
}

func connected(tr transcript.Transcript, n int) bool { return tr.Kind(transcript.Accept).Len() == n }

// loads are what a Close has to do with. block is closed when the test is over.
func loads(block <-chan struct{}) map[string]load {
	echo := func(c *fakeserver.Conn) { io.Copy(c, c) }
	written := make(chan struct{})
	return map[string]load{
		"a stuck handler's events": {
			handler: forEver(block, echo), client: echoes, stuck: true,
			ready: func(tr transcript.Transcript, n int) bool { return tr.Len() > 2*n },
		},
		"stuck handlers": {handler: forEver(block, func(*fakeserver.Conn) {}), clients: each, ready: connected, stuck: true, linear: true},
		"connections":    {handler: fakeserver.Echo{}, clients: each, ready: connected, linear: true},
		"stalled on accept": {
			handler: fakeserver.Echo{}, rules: []fault.Rule{fault.OnAccept(fault.Stall{}), fault.ToClient(fault.Slice{Size: 1}).NeedNotFire()},
			clients: each, ready: connected, linear: true,
		},
		"steps that wait": {
			rules: []fault.Rule{fault.ToClient(fault.Slice{Size: 1}).NeedNotFire(), fault.ToClient(fault.Stall{})},
			handler: fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
				for {
					if _, err := c.Write([]byte("x")); err != nil {
						return err
					}
					select {
					case written <- struct{}{}:
					case <-ctx.Done():
					}
				}
			}),
			ready: func(tr transcript.Transcript, n int) bool { return len(tr.Faults()) > 0 },
			queued: func(n int) {
				for range n {
					<-written
				}
			},
		},
		"resets that wait": {
			handler: greets("hello", (*fakeserver.Conn).Reset), rules: []fault.Rule{fault.ToClient(fault.Stall{})},
			clients: each, ready: connected, linear: true,
		},
		"errors that wait": {
			handler: greets("hello", func(*fakeserver.Conn) error { return errPlain }), rules: []fault.Rule{fault.ToClient(fault.Hold{Gate: gate})},
			clients: each, ready: connected, linear: true,
		},
		"drains": {
			handler: fakeserver.HandlerFunc(func(context.Context, *fakeserver.Conn) error { return nil }),
			clients: each, linear: true,
			ready: func(tr transcript.Transcript, n int) bool { return tr.Kind(transcript.FIN).Len() == n },
		},
	}
}

// A closing is what a Close took.
type closing struct {
	err    error
	clock  time.Duration
	allocs uint64 // a count of steps that does not hang on how busy the machine is
}

// close closes the server under n times the load.
func (l load) close(n int, srv *fakeserver.Server, dial func() (net.Conn, error), settle func()) (closing, error) {
	clients := 1
	if l.clients != nil {
		clients = l.clients(n)
	}
	for range clients {
		c, err := dial()
		if err != nil {
			return closing{}, err
		}
		defer c.Close()
		if l.client != nil {
			if err := l.client(c, n); err != nil {
				return closing{}, err
			}
		}
	}
	if err := srv.Wait(context.Background(), func(tr transcript.Transcript) bool { return l.ready(tr, n) }); err != nil {
		return closing{}, err
	}
	if l.queued != nil {
		l.queued(n)
	}
	settle()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	err := srv.Close()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	return closing{err, took, after.Mallocs - before.Mallocs}, nil
}

// check judges two closings, one under ten times the load of the other.
func (l load) check(small, large closing, exact bool) error {
	var errs []error
	for _, c := range []closing{small, large} {
		if (c.err != nil) != l.stuck {
			errs = append(errs, fmt.Errorf("Close = %.300w", c.err))
		}
		if limit := 1100 * time.Millisecond; exact && (c.clock > limit || !l.stuck && c.clock > 0) {
			errs = append(errs, fmt.Errorf("Close took %v", c.clock))
		}
	}
	growth := uint64(2)
	if l.linear {
		growth = 30 // what grows with the square of the load takes 100 times as many
	}
	if large.allocs > growth*small.allocs+5000 {
		errs = append(errs, fmt.Errorf("ten times as much takes %d steps where it was %d", large.allocs, small.allocs))
	}
	return errors.Join(errs...)
}

// Close is bounded, whatever was asked of the server: in virtual time, and in steps.
func TestCloseIsBoundedInMemory(t *testing.T) {
	for name := range loads(nil) {
		t.Run(name, func(t *testing.T) {
			sizes := []int{1000, 10_000}
			if loads(nil)[name].clients != nil {
				sizes = []int{300, 3000}
			}
			var took [2]closing
			for i, n := range sizes {
				began := time.Now()
				fakenet.Bubble(t, func(tb fakeserver.TB) {
					block := make(chan struct{})
					l, network := loads(block)[name], new(fakenet.Network)
					srv, err := fakeserver.Listen(fakeserver.Config{Transport: network, Handler: l.handler, Faults: plan(l.rules...)})
					if err != nil {
						t.Fatal(err)
					}
					if took[i], err = l.close(n, srv, func() (net.Conn, error) { return network.DialContext(context.Background(), "tcp", srv.Addr()) }, synctest.Wait); err != nil {
						t.Error(err)
					}
					close(block)
					synctest.Wait()
				})
				t.Logf("%d: Close took %d steps; all %v", n, took[i].allocs, time.Since(began))
			}
			if err := loads(nil)[name].check(took[0], took[1], true); err != nil {
				t.Error(err)
			}
		})
	}
}

// The same on loopback, as far as there are descriptors for it. Steps are counted in the whole process.
func TestCloseIsBoundedOnLoopback(t *testing.T) {
	if !servertest.Alone(t) {
		return
	}
	for name, l := range loads(nil) {
		t.Run(name, func(t *testing.T) {
			sizes := []int{1000, 10_000}
			if l.clients != nil {
				sizes = []int{30, 300}
			}
			var took [2]closing
			for i, n := range sizes {
				block := make(chan struct{})
				l := loads(block)[name]
				srv, err := fakeserver.Listen(fakeserver.Config{Handler: l.handler, Faults: plan(l.rules...)})
				if err != nil {
					t.Fatal(err)
				}
				if took[i], err = l.close(n, srv, func() (net.Conn, error) { return net.Dial("tcp", srv.Addr()) }, func() {}); err != nil {
					t.Error(err)
				}
				close(block)
				srv.Close()
				t.Logf("%d: Close took %v and %d steps", n, took[i].clock, took[i].allocs)
			}
			if err := l.check(took[0], took[1], false); err != nil {
				t.Error(err)
			}
		})
	}
}
