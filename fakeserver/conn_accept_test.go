package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// onBoth are rules that give both directions their pumps.
var onBoth = []fault.Rule{
	fault.FromClient(fault.Latency{Delay: time.Second}).NeedNotFire(),
	fault.ToClient(fault.Latency{Delay: time.Second}).NeedNotFire(),
}

// A counting handler echoes, and counts how often it was called.
type counting struct{ calls atomic.Int32 }

func (h *counting) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	h.calls.Add(1)
	return fakeserver.Echo{}.ServeConn(ctx, c)
}

// stalledOnAccept plays f with a client whose connection an OnAccept rule stalls for good,
// or for a time.
func stalledOnAccept(t *testing.T, d time.Duration, others []fault.Rule, f func(c cell, client *fakenet.Conn, h *counting)) {
	h := new(counting)
	rules := append([]fault.Rule{fault.OnAccept(fault.Stall{For: d})}, others...)
	inMemory(t, fakeserver.Config{Handler: h, Faults: plan(rules...)}, func(c cell) {
		client := c.dial()
		defer client.Close()
		c.await(func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 })
		f(c, client, h)
	})
}

// wantSoon checks that something took no time.
func wantSoon(t testing.TB, what string, f func() error) {
	t.Helper()
	began := time.Now()
	if err := f(); err != nil || time.Since(began) > 0 {
		t.Errorf("%s = %v after %v, want nil at once", what, err, time.Since(began))
	}
}

// What ends a connection while an OnAccept rule acts ends it then.
func TestOnAcceptEndsWithTheConnection(t *testing.T) {
	for name, tt := range map[string]struct {
		do  func(*fakeserver.Server) error
		end error // nil: an RST that may come after a FIN, and so give either
	}{
		"by FIN":   {func(s *fakeserver.Server) error { return s.CloseClientConns(transcript.ByFIN) }, io.EOF},
		"by RST":   {func(s *fakeserver.Server) error { return s.CloseClientConns(transcript.ByRST) }, errReset},
		"by close": {func(s *fakeserver.Server) error { return s.CloseClientConns(transcript.ByClose) }, io.EOF},
		"by FIN, then by close": {func(s *fakeserver.Server) error {
			return errors.Join(s.CloseClientConns(transcript.ByFIN), s.CloseClientConns(transcript.ByClose))
		}, io.EOF},
		"by FIN twice": {func(s *fakeserver.Server) error {
			return errors.Join(s.CloseClientConns(transcript.ByFIN), s.CloseClientConns(transcript.ByFIN))
		}, io.EOF},
		"by FIN, then by RST": {func(s *fakeserver.Server) error {
			return errors.Join(s.CloseClientConns(transcript.ByFIN), s.CloseClientConns(transcript.ByRST))
		}, nil},
		"by Close": {(*fakeserver.Server).Close, io.EOF},
		"by Down and FIN": {func(s *fakeserver.Server) error {
			return errors.Join(s.Down(), s.CloseClientConns(transcript.ByFIN))
		}, io.EOF},
	} {
		for plan, others := range map[string][]fault.Rule{"alone": nil, "ruled": onBoth, "ruled one way": onBoth[:1], "the other way": onBoth[1:]} {
			t.Run(name+" "+plan, func(t *testing.T) {
				stalledOnAccept(t, 0, others, func(c cell, client *fakenet.Conn, h *counting) {
					wantSoon(t, name, func() error { return tt.do(c.srv) })
					if tt.end != nil {
						wantAll(t, client, "", tt.end)
					} else if io.Copy(io.Discard, client); c.happened(1, transcript.RST, transcript.ToClient) < 0 {
						t.Errorf("there was no RST:\n%v", c.srv.Transcript())
					}
					client.Close()
					c.await(ended(1))
					wantSoon(t, "Close", c.srv.Close)
					if h.calls.Load() > 0 {
						t.Error("the handler was called")
					}
				})
			})
		}
	}
}

// The same in front of a real server.
func TestOnAcceptEndsWithTheListenersConnection(t *testing.T) {
	for name, do := range map[string]func(*fakeserver.Listener) error{
		"by FIN":           func(l *fakeserver.Listener) error { return l.CloseClientConns(transcript.ByFIN) },
		"by RST":           func(l *fakeserver.Listener) error { return l.CloseClientConns(transcript.ByRST) },
		"by close":         func(l *fakeserver.Listener) error { return l.CloseClientConns(transcript.ByClose) },
		"by Stop":          (*fakeserver.Listener).Stop,
		"by Close":         (*fakeserver.Listener).Close,
		"by FIN, and Stop": func(l *fakeserver.Listener) error { return errors.Join(l.CloseClientConns(transcript.ByFIN), l.Stop()) },
	} {
		t.Run(name, func(t *testing.T) {
			fakenet.Bubble(t, func(fakeserver.TB) {
				network := new(fakenet.Network)
				below, err := network.Listen(context.Background(), "tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				l, err := fakeserver.WrapListener(below, fakeserver.Config{Faults: plan(append(onBoth, fault.OnAccept(fault.Stall{}))...)})
				if err != nil {
					t.Fatal(err)
				}
				client, err := network.DialContext(context.Background(), "tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				if err := l.Wait(context.Background(), func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 }); err != nil {
					t.Fatal(err)
				}
				wantSoon(t, name, func() error { return do(l) })
				wantSoon(t, "Stop", l.Stop)
				client.Close()
			})
		})
	}
}

// Within the stall no direction acts, whatever plan comes.
func TestOnAcceptStallHoldsANewPlanBack(t *testing.T) {
	stall := fault.OnAccept(fault.Stall{For: time.Minute})
	for name, rule := range map[string]fault.Rule{
		"Close ToClient":       fault.ToClient(fault.Close{}),
		"Close FromClient":     fault.FromClient(fault.Close{}),
		"HalfClose ToClient":   fault.ToClient(fault.HalfClose{}),
		"HalfClose FromClient": fault.FromClient(fault.HalfClose{}),
		"a clock's":            fault.ToClient(fault.Close{}).AfterTime(time.Second),
		"a clock's FromClient": fault.FromClient(fault.Close{}).AfterTime(time.Second),
	} {
		for before, others := range map[string][]fault.Rule{"ruled": onBoth, "unruled": nil} {
			t.Run(name+" "+before, func(t *testing.T) {
				stalledOnAccept(t, time.Minute, others, func(c cell, client *fakenet.Conn, h *counting) {
					began := time.Now()
					time.Sleep(time.Second)
					if err := c.srv.SetFaults(plan(stall, rule.Named("new"))); err != nil {
						t.Fatal(err)
					}
					client.CloseWrite()
					wantAll(t, client, "", io.EOF)
					if d := time.Since(began); d != time.Minute {
						t.Errorf("the client's end came after %v, want a minute\n%v", d, c.srv.Transcript())
					}
					for _, o := range c.srv.Report().Rules {
						if o.Key == "new" && o.State != fault.Fired {
							t.Errorf("the new rule is %v\n%v", o.State, c.srv.Transcript())
						}
					}
					if n := c.srv.Transcript().Kind(transcript.Note).Len(); n != 2 {
						t.Errorf("the record tells of %d changes, want one for each direction\n%v", n, c.srv.Transcript())
					}
				})
			})
		}
	}
}

// A rule that is taken out of the plan stalls nothing any more, and one that comes after it in
// the plan still acts.
func TestOnAcceptStallEndsWithItsRule(t *testing.T) {
	stall, closes := fault.OnAccept(fault.Stall{}).Named("stall"), fault.OnAccept(fault.Close{}).Named("close")
	for name, tt := range map[string]struct {
		first, then []fault.Rule
		answer      string
	}{
		"stall":                 {[]fault.Rule{stall}, nil, "hello"},
		"stall, and others":     {append(onBoth, stall), onBoth, "hello"},
		"stall before a close":  {[]fault.Rule{stall, closes}, []fault.Rule{closes}, ""},
		"both":                  {[]fault.Rule{stall, closes}, nil, "hello"},
		"two stalls":            {[]fault.Rule{stall, fault.OnAccept(fault.Stall{For: time.Hour}).Named("other")}, nil, "hello"},
		"a close that came new": {[]fault.Rule{stall}, []fault.Rule{closes.NeedNotFire()}, "hello"},
		"for another":           {[]fault.Rule{stall}, []fault.Rule{stall.OnConn(2).NeedNotFire()}, "hello"},
		"another of its name":   {[]fault.Rule{stall}, []fault.Rule{fault.OnAccept(fault.Stall{For: time.Hour}).Named("stall").NeedNotFire()}, "hello"},
	} {
		t.Run(name, func(t *testing.T) {
			inMemory(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(tt.first...)}, func(c cell) {
				client := c.dial()
				send(t, client, "hello")
				client.CloseWrite()
				c.await(func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 })
				began := time.Now()
				if err := c.srv.SetFaults(plan(tt.then...)); err != nil {
					t.Fatal(err)
				}
				wantAll(t, client, tt.answer, io.EOF)
				if d := time.Since(began); d > 2*time.Second { // the latency, both ways
					t.Errorf("the answer took %v\n%v", d, c.srv.Transcript())
				}
				client.Close()
			})
		})
	}
}

// A change of the plan leaves a stall that is in both plans alone.
func TestOnAcceptStallGoesOnUnderANewPlan(t *testing.T) {
	stalledOnAccept(t, time.Minute, nil, func(c cell, client *fakenet.Conn, h *counting) {
		began := time.Now()
		for range 3 {
			time.Sleep(time.Second)
			if err := c.srv.SetFaults(plan(fault.OnAccept(fault.Stall{For: time.Minute}), fault.ToClient(fault.Slice{Size: 9}).NeedNotFire())); err != nil {
				t.Fatal(err)
			}
		}
		send(t, client, "hello")
		wantRead(t, client, "hello")
		if d := time.Since(began); d != time.Minute {
			t.Errorf("the answer came after %v, want a minute", d)
		}
	})
}

// The connection is ended first, and its rule taken out of the plan before the stall has looked:
// the handler is not called for it.
func TestOnAcceptEndsWithTheConnectionBeforeItsRuleGoes(t *testing.T) {
	for range 50 {
		stalledOnAccept(t, 0, nil, func(c cell, client *fakenet.Conn, h *counting) {
			if err := errors.Join(c.srv.CloseClientConns(transcript.ByFIN), c.srv.SetFaults(plan())); err != nil {
				t.Error(err)
			}
			wantAll(t, client, "", io.EOF)
			client.Close()
			c.await(ended(1))
			if h.calls.Load() > 0 {
				t.Error("the handler was called for a connection that had been ended")
			}
		})
		if t.Failed() {
			break
		}
	}
}
