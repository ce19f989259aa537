package fakeserver_test

import (
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// What is said of the drain: it goes on until the client has been quiet for a while, and
// not for longer than that in all.
const (
	quietFor     = 5 * time.Second
	drainsAtMost = 30 * time.Second
)

// A drainCase is a way to a FIN of the server's with a client that stays.
type drainCase struct {
	rules []fault.Rule
	serve func(c *fakeserver.Conn) error
	end   func(srv *fakeserver.Server) error // if the handler does not
	fin   time.Duration                      // when the FIN leaves
}

func returns(*fakeserver.Conn) error { return nil }

func readsOn(c *fakeserver.Conn) error {
	_, err := io.Copy(io.Discard, c)
	return err
}

func closesByFIN(srv *fakeserver.Server) error { return srv.CloseClientConns(transcript.ByFIN) }

var drainCases = map[string]drainCase{
	"handler":              {serve: returns},
	"Conn.Close":           {serve: func(c *fakeserver.Conn) error { return c.Close() }},
	"Conn.CloseWrite":      {serve: func(c *fakeserver.Conn) error { return c.CloseWrite() }},
	"CloseClientConns":     {serve: readsOn, end: closesByFIN},
	"rule for FromClient":  {serve: returns, rules: []fault.Rule{fault.FromClient(fault.Slice{Size: 7}).NeedNotFire()}},
	"rule for ToClient":    {serve: returns, rules: []fault.Rule{fault.ToClient(fault.Slice{Size: 7}).NeedNotFire()}},
	"FIN is late":          {serve: returns, rules: []fault.Rule{fault.ToClient(fault.SlowClose{Delay: time.Minute})}, fin: time.Minute},
	"FIN is late, ruled":   {serve: returns, rules: []fault.Rule{fault.ToClient(fault.Stall{For: time.Minute}), fault.FromClient(fault.Latency{Delay: time.Hour}).NeedNotFire()}, fin: time.Minute},
	"Close to the client":  {serve: returns, rules: []fault.Rule{fault.ToClient(fault.Close{})}},
	"Close, handler stays": {serve: readsOn, rules: []fault.Rule{fault.ToClient(fault.Close{}).AfterTime(time.Second)}, fin: time.Second},
	"Close from client":    {serve: readsOn, rules: []fault.Rule{fault.FromClient(fault.Close{}).AfterTime(time.Second)}, fin: time.Second},
	"Close on accept":      {serve: readsOn, rules: []fault.Rule{fault.OnAccept(fault.Close{})}},
	"CloseClientConns, ruled": {serve: readsOn, end: closesByFIN, rules: []fault.Rule{
		fault.FromClient(fault.Slice{Size: 7}).NeedNotFire(), fault.ToClient(fault.Slice{Size: 7}).NeedNotFire()}},
}

// run has the server send its FIN, and a client write a byte at each of some times after that.
func (d drainCase) run(t *testing.T, every time.Duration, times int, then func(c cell, client *fakenet.Conn)) {
	h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error { return d.serve(c) })
	inMemory(t, fakeserver.Config{Handler: h, Faults: plan(d.rules...)}, func(c cell) {
		client := c.dial()
		if d.end != nil {
			time.Sleep(time.Nanosecond) // the handler is at work
			if err := d.end(c.srv); err != nil {
				t.Error(err)
			}
		}
		c.await(func(tr transcript.Transcript) bool { return tr.Kind(transcript.FIN).Len() > 0 })
		var writer sync.WaitGroup
		defer writer.Wait()
		writer.Go(func() {
			for range times {
				time.Sleep(every)
				if _, err := client.Write([]byte{'x'}); err != nil {
					return
				}
			}
		})
		then(c, client)
		client.Close()
	})
}

// wantDrain checks how long after the server's FIN its socket was closed.
func (d drainCase) wantDrain(c cell, want time.Duration) {
	c.Helper()
	c.await(ended(1))
	fin, closed := c.happened(1, transcript.FIN, transcript.ToClient), c.happened(1, transcript.Close, transcript.Neither)
	if closed-fin != want || fin.Round(time.Microsecond) != d.fin {
		c.Errorf("FIN after %v, and closed %v later; want %v and %v\n%v", fin, closed-fin, d.fin, want, c.srv.Transcript())
	}
}

func TestDrainEndsWhileTheClientGoesOn(t *testing.T) {
	for name, d := range drainCases {
		t.Run(name, func(t *testing.T) {
			d.run(t, 700*time.Millisecond, 100, func(c cell, _ *fakenet.Conn) { d.wantDrain(c, drainsAtMost) })
		})
	}
}

func TestDrainEndsWhenTheClientIsQuiet(t *testing.T) {
	for name, d := range drainCases {
		for _, times := range []int{0, 1, 3} {
			t.Run(fmt.Sprint(name, " after ", times), func(t *testing.T) {
				last := time.Duration(times) * 2300 * time.Millisecond
				d.run(t, 2300*time.Millisecond, times, func(c cell, _ *fakenet.Conn) { d.wantDrain(c, last+quietFor) })
			})
		}
	}
}

func TestDrainEndsWithTheClientsStream(t *testing.T) {
	for name, d := range drainCases {
		t.Run(name, func(t *testing.T) {
			d.run(t, time.Second, 2, func(c cell, client *fakenet.Conn) {
				time.Sleep(3300 * time.Millisecond)
				client.CloseWrite()
				d.wantDrain(c, 3300*time.Millisecond)
			})
		})
	}
}

func TestDrainEndsWithTheServer(t *testing.T) {
	for name, d := range drainCases {
		t.Run(name, func(t *testing.T) {
			d.run(t, 700*time.Millisecond, 100, func(c cell, _ *fakenet.Conn) {
				time.Sleep(10 * time.Second)
				began := time.Now()
				if err := c.srv.Close(); err != nil || time.Since(began) > 0 {
					t.Errorf("Close = %v after %v, want nil at once", err, time.Since(began))
				}
			})
		})
	}
}

// Without half-close the client hears of the end when the socket is closed: there is
// nothing to drain.
func TestDrainNeedsAHalfClose(t *testing.T) {
	bubble(t, fakeserver.HandlerFunc(func(context.Context, *fakeserver.Conn) error { return nil }), fault.Plan{},
		func(t *testing.T, srv *fakeserver.Server, net *pipes) {
			c := net.dial(t)
			began := time.Now()
			wantAll(t, c, "", io.EOF)
			wantTook(t, began, 0)
		})
}

// A client that writes until it fails takes no time in a bubble: no clock ends that.
func TestDrainEndsForAClientThatTakesNoTime(t *testing.T) {
	for name, rules := range map[string][]fault.Rule{
		"no rules": nil,
		"rules":    {fault.FromClient(fault.Latency{Delay: 1}).NeedNotFire(), fault.ToClient(fault.Latency{Delay: 1}).NeedNotFire()},
	} {
		t.Run(name, func(t *testing.T) {
			inMemory(t, fakeserver.Config{Handler: fakeserver.HandlerFunc(func(context.Context, *fakeserver.Conn) error { return nil }), Faults: plan(rules...), RecordLimit: -1}, func(c cell) {
				client := c.dial()
				defer client.Close()
				p, sent := make([]byte, 64<<10), 0
				for sent < 1<<30 {
					n, err := client.Write(p)
					if sent += n; err != nil {
						return
					}
				}
				t.Errorf("the client wrote %d MiB, and the connection goes on", sent>>20)
			})
		})
	}
}
