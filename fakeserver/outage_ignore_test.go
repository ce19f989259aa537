package fakeserver_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"runtime"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// wantAnswered checks that a dial is answered after exactly d.
func (o *outageTest) wantAnswered(when string, d time.Duration) {
	o.Helper()
	began := time.Now()
	c, err := o.network.DialContext(context.Background(), "tcp", o.srv.Addr())
	if err != nil {
		o.Errorf("%s: Dial gives %v\n%v", when, err, o.srv.Transcript())
		return
	}
	c.Close()
	if took := time.Since(began); took != d {
		o.Errorf("%s: Dial took %v, want %v\n%v", when, took, d, o.srv.Transcript())
	}
	synctest.Wait() // a dial may be answered before the record says that dials are
}

// A client that dials when it has its answer waits for exactly as long as the rule says.
func TestIgnoreDialsRuleActsWhereDownDoes(t *testing.T) {
	ignore := fault.IgnoreDials{For: time.Minute}
	for name, rule := range map[string]fault.Rule{
		"to the client":     fault.ToClient(ignore).AfterBytes(5),
		"from the client":   fault.FromClient(ignore).AfterBytes(5),
		"at a match":        fault.ToClient(ignore).AfterMatch("lo"),
		"when it is queued": fault.ToClient(ignore).AfterBytes(5).AfterTime(1),
		"at zero":           fault.FromClient(ignore),
		"on accept":         fault.OnAccept(ignore),
	} {
		t.Run(name, func(t *testing.T) {
			inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
				c := o.dial()
				defer c.Close()
				time.Sleep(1 * time.Nanosecond)
				if name == "at zero" || name == "on accept" { // they have acted when the first has come
					o.wantAnswered("at the beginning", time.Minute-1)
					return
				}
				send(o, c, "hello")
				wantRead(o, c, "hello")
				o.wantAnswered("at once", time.Minute)
				send(o, c, "still open")
				wantRead(o, c, "still open")
				wantOfRule(t, o.srv, "it", "fault for 1m0s, refused unanswered: connects get no answer, note up: taking connections")
				wantReport(t, o.srv, "rule it: fired once, on conn 1 at byte 5\n")
			}, rule.OnConn(1).Named("it"))
		})
	}
}

func TestIgnoreDialsAtStart(t *testing.T) {
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		o.wantAnswered("at the start", time.Minute)
		wantOfRule(t, o.srv, "it", "fault for 1m0s, refused unanswered: connects get no answer, note up: taking connections")
		wantReport(t, o.srv, "rule it: fired once, when the server started\n")
		wantNil(t, "SetFaults", o.srv.SetFaults(plan(fault.AtStart(fault.IgnoreDials{For: time.Hour}).Now())))
		o.wantAnswered("for now", time.Hour)
	}, fault.AtStart(fault.IgnoreDials{For: time.Minute}).Named("it"))
}

// While something refuses dials, they are refused. The record says each time which rule it is.
func TestIgnoreDialsGivesWayToDown(t *testing.T) {
	ignore := fault.AtStart(fault.IgnoreDials{For: time.Hour}).Named("ignore")
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		for range 2 {
			o.wantRefused("by both", true)
			time.Sleep(time.Minute + 1)
			o.wantUnanswered("when only one is left")
			wantNil(t, "Restart", o.srv.Restart(0, time.Minute))
		}
		wantOfRule(t, o.srv, "down", "fault for 1m0s, refused down: refusing connections")
		wantOfRule(t, o.srv, "ignore", "fault for 1h0m0s, refused unanswered: connects get no answer, refused unanswered: connects get no answer")
	}, ignore, fault.AtStart(fault.Down{For: time.Minute}).Named("down"))
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		wantNil(t, "Down", o.srv.Down())
		time.Sleep(2 * time.Hour)
		o.wantRefused("by Down, which is longer", true)
		wantNil(t, "Up", o.srv.Up())
		o.wantRefused("after Up", false)
		wantNil(t, "IgnoreDials", o.srv.IgnoreDials())
		wantNil(t, "SetFaults", o.srv.SetFaults(plan(ignore.Now())))
		time.Sleep(2 * time.Hour)
		o.wantUnanswered("by the method, which is longer")
	}, ignore)
}

func TestIgnoreDialsIsOverWithItsRuleAndWithUp(t *testing.T) {
	ignore := fault.AtStart(fault.IgnoreDials{For: fault.Forever})
	for name, end := range map[string]func(*fakeserver.Server) error{
		"SetFaults": func(srv *fakeserver.Server) error { return srv.SetFaults(plan()) },
		"Up":        (*fakeserver.Server).Up,
		"Close":     (*fakeserver.Server).Close,
	} {
		t.Run(name, func(t *testing.T) {
			inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
				time.AfterFunc(time.Minute, func() { wantNil(t, name, end(o.srv)) })
				if name != "Close" {
					o.wantAnswered("a dial that waits", time.Minute)
					return
				}
				o.wantRefused("a dial that waits", true)
				if d := time.Since(o.began); d != time.Minute {
					t.Errorf("it took %v", d)
				}
			}, ignore)
		})
	}
}

func TestIgnoreDialsRuleOfAListener(t *testing.T) {
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		network := new(fakenet.Network)
		below, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		before := mustDialIn(t, network, below.Addr().String())
		defer before.Close()
		ln := fakeserver.StartListener(tb, below, fakeserver.Config{Faults: plan(
			fault.AtStart(fault.IgnoreDials{For: time.Minute}).Named("it"), fault.AtStart(fault.Down{For: time.Second}))})
		go serveEchoes(ln)
		send(t, before, "hello")
		wantRead(t, before, "hello")
		_, err = network.DialContext(context.Background(), "tcp", below.Addr().String())
		wantError(t, "Dial", err, syscall.ECONNREFUSED)
		time.Sleep(time.Second + 1)
		began := time.Now()
		mustDialIn(t, network, below.Addr().String()).Close()
		if d := time.Since(began); d != 59*time.Second-1 {
			t.Errorf("Dial took %v, want what is left of a minute", d)
		}
		wantOfRule(t, ln, "it", "fault for 1m0s, refused unanswered: connects get no answer, note up: taking connections")
	})
}

// On the kernel's network a Listener starts so, too. The connection of our own that fills the backlog
// is nowhere in the record.
func TestIgnoreDialsAtStartBelowARealServer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("it is Linux's")
	}
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		below, err := net.Listen("tcp", addr)
		if err != nil {
			t.Log(err) // no IPv6
			continue
		}
		ln := fakeserver.StartListener(t, below, fakeserver.Config{Faults: plan(fault.AtStart(fault.IgnoreDials{For: fault.Forever}))})
		go serveEchoes(ln)
		for range 2 {
			_, err := net.DialTimeout("tcp", ln.Address(), 20*time.Millisecond)
			if !isDialTimeout(err) {
				t.Errorf("%s: Dial = %v, want a timeout", addr, err)
			}
		}
		wantNil(t, "Up", ln.Up())
		c := dial(t, ln)
		send(t, c, "hi")
		wantRead(t, c, "hi")
		if first := ln.Transcript().Kind(transcript.Accept); first.Len() != 1 {
			t.Errorf("%s: there are other connections than the client's:\n%v", addr, first)
		}
		c.Close()
	}
}

// Where dials can't be left without an answer, a plan that wants that is refused.
func TestIgnoreDialsRulesAreRefusedWhereTheyCanNotBe(t *testing.T) {
	rule := fault.ToClient(fault.IgnoreDials{For: 1}).Named("it")
	for name, cfg := range map[string]fakeserver.Config{
		"a transport without backlogs": {Transport: keepsNothing{new(fakenet.Network)}},
		"a unix socket":                {Network: "unix"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := fakeserver.Start(t, cfg)
			wantError(t, "SetFaults", srv.SetFaults(plan(rule)), errors.ErrUnsupported, "rule 1 (it)", "without an answer")
			cfg.Faults = plan(fault.AtStart(fault.IgnoreDials{For: 1}))
			_, err := fakeserver.Listen(cfg)
			wantError(t, "Listen", err, errors.ErrUnsupported, "ignore-dials.AtStart.1")
			wantError(t, "Listen", err, fault.ErrPlan)
		})
	}
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	above := tls.NewListener(below, &tls.Config{})
	defer above.Close()
	_, err = fakeserver.WrapListener(above, fakeserver.Config{Faults: plan(rule)})
	wantError(t, "WrapListener", err, errors.ErrUnsupported, "rule 1 (it)", "without an answer")
}
