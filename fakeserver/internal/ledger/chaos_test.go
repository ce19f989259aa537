package ledger_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// Chaos: everything that can be asked of a server is asked at any moment, under any rules,
// while some clients and handlers do what they want. Whatever comes of it, nothing is lost
// that is not named, no goroutine stays, and Close does not give up.

// A chaos is what happens in one round.
type chaos struct {
	schedule
	verbs   [2][]verb // of two who give orders at the same time
	wrapped bool      // a real server behind a Listener
	proxied bool      // the handlers are behind a Proxy
	edits   bool      // plans may change bytes
}

// A verb is something that is asked of a server.
type verb struct {
	after int // units of time after the one before
	do    string
	plan  fault.Plan
}

func (v verb) String() string {
	if v.do == doSetFaults {
		return fmt.Sprintf("after %d %s %#v", v.after, v.do, v.plan)
	}
	return fmt.Sprintf("after %d %s", v.after, v.do)
}

const (
	doSetFaults   = "SetFaults"
	doDown        = "Down"
	doUp          = "Up"
	doIgnoreDials = "IgnoreDials"
	doSetHandler  = "SetHandler" // to what it is
	doRestart     = "Restart by FIN"
	doRestartRST  = "Restart by RST"
	doRelease     = "Release"
	doRearm       = "Rearm"
	doByFIN       = "CloseClientConns by FIN"
	doByClose     = "CloseClientConns by close"
	doByRST       = "CloseClientConns by RST"
	doEnd         = "Close" // Stop, of a Listener
	doShut        = "Close of the Listener"
)

// drawChaos draws a round.
func drawChaos(t *rapid.T, w wirePlan) chaos {
	w.outages = true
	c := chaos{schedule: drawSchedule(t, w, 6), proxied: w.proxied, edits: coin(t, 3, "edits")}
	c.wrapped = !c.proxied && coin(t, 3, "wrapped")
	c.closeAt, c.release = 0, 0 // verbs do that
	c.plan = c.drawPlan(t, w)
	for i := range c.verbs {
		for range between(t, 0, 6, "verbs") {
			c.verbs[i] = append(c.verbs[i], c.drawVerb(t, w))
		}
	}
	return c
}

func (c chaos) drawVerb(t *rapid.T, w wirePlan) verb {
	often := []string{doSetFaults, doSetFaults, doRelease, doRearm, doByFIN, doByClose, doByRST}
	seldom := []string{doDown, doUp, doUp, doIgnoreDials, doSetHandler, doRestart, doRestartRST, doEnd}
	if c.wrapped {
		seldom = []string{doDown, doUp, doUp, doIgnoreDials, doRestart, doRestartRST, doShut, doEnd}
	}
	v := verb{after: between(t, 0, 9, "after"), do: rapid.SampledFrom(often).Draw(t, "verb")}
	if coin(t, 3, "seldom") {
		v.do = rapid.SampledFrom(seldom).Draw(t, "seldom verb")
	}
	if v.do == doSetFaults {
		v.plan = c.drawPlan(t, w)
	}
	return v
}

// drawPlan draws a plan with rules for arrivals, by the clock and for now, too.
func (c chaos) drawPlan(t *rapid.T, w wirePlan) fault.Plan {
	p := w.draw(t)
	if coin(t, 3, "no rules") {
		p.Rules = nil
	}
	if !c.edits {
		p.Rules = slices.DeleteFunc(p.Rules, func(r fault.Rule) bool { return edits(r.Fault) })
	}
	if coin(t, 2, "on accept") {
		f := rapid.SampledFrom([]fault.Fault{fault.Stall{}, fault.Stall{For: w.delay(t)}, fault.Stall{For: w.delay(t)}, fault.Close{}, fault.Reset{}}).Draw(t, "accept")
		if w.outages && coin(t, 3, "outage on accept") {
			f = rapid.SampledFrom([]fault.Fault{fault.Down{For: w.delay(t)}, fault.IgnoreDials{For: w.delay(t)}}).Draw(t, "outage")
		}
		p.Rules = append(p.Rules, fault.OnAccept(f).OnConn(between(t, 1, 4, "conn")).NeedNotFire())
	}
	if w.outages && coin(t, 4, "at the start") {
		p.Rules = append(p.Rules, drawAtStart(t, fault.Down{For: w.delay(t)}, fault.IgnoreDials{For: w.delay(t)}))
	}
	if c.wrapped && coin(t, 2, "Accept fails") {
		r := fault.OnAccept(fault.FailAccept{}).Times(between(t, 1, 4, "times"))
		p.Rules = append(p.Rules, r.FromConn(between(t, 1, 4, "from conn")).NeedNotFire())
	}
	if coin(t, 3, "by the clock") {
		p.Rules = append(p.Rules, drawOnce(t, w).AfterTime(w.delay(t)))
	}
	if coin(t, 3, "now") {
		p.Rules = append(p.Rules, drawOnce(t, w).Now())
	}
	return p
}

// drawOnce draws a rule that acts once.
func drawOnce(t *rapid.T, w wirePlan) fault.Rule {
	f := rapid.SampledFrom([]fault.Fault{fault.Stall{For: w.delay(t)}, fault.Close{}, fault.Reset{}, fault.HalfClose{}, fault.Hold{Gate: gate}}).Draw(t, "fault")
	return fault.Rule{Fault: f, Direction: rapid.SampledFrom(both).Draw(t, "direction")}.NeedNotFire()
}

// drawAtStart draws a rule for the server's start, or for now.
func drawAtStart(t *rapid.T, faults ...fault.Fault) fault.Rule {
	r := fault.AtStart(rapid.SampledFrom(faults).Draw(t, "at start")).NeedNotFire()
	if coin(t, 2, "for now") {
		r = r.Now()
	}
	return r
}

func (c chaos) String() string {
	text := c.schedule.String()
	for i, verbs := range c.verbs {
		text += fmt.Sprintf("verbs %d:\n", i+1)
		for _, v := range verbs {
			text += fmt.Sprintf("\t%v\n", v)
		}
	}
	if c.wrapped {
		text += "behind a Listener\n"
	}
	return text
}

// edits reports whether a fault changes bytes, or lets them vanish.
func edits(f fault.Fault) bool {
	switch f.(type) {
	case fault.Corrupt, fault.Overwrite, fault.Replace, fault.Blackhole:
		return true
	}
	return false
}

// changes reports whether the plan is changed in the round.
func (c chaos) changes() bool {
	return slices.ContainsFunc(slices.Concat(c.verbs[0], c.verbs[1]), func(v verb) bool { return v.do == doSetFaults })
}

// exits reports whether something in the round ends connections as the end of a process does.
func (c chaos) exits() bool {
	return exitsBy(c.plan) || slices.ContainsFunc(slices.Concat(c.verbs[0], c.verbs[1]), func(v verb) bool {
		return v.do == doByClose || v.do == doRestart || exitsBy(v.plan)
	})
}

// In virtual time. A goroutine that stays behind is a deadlock there.
func TestChaosInMemory(t *testing.T) {
	check(t, 100, func(rt *rapid.T) {
		c := drawChaos(rt, wirePlan{length: 2000, unit: time.Second, directions: both, forever: true, across: true})
		var err error
		func() {
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("%v", p)
				}
			}()
			synctest.Test(t, func(*testing.T) { err = c.play(memoryWire(c.window)) })
		}()
		if err != nil {
			rt.Fatalf("%v\n%v", c, err)
		}
	})
}

func memoryWire(window int) wire {
	network := new(fakenet.Network)
	return wire{
		func() (net.Listener, error) { return network.Listen(context.Background(), "tcp", "127.0.0.1:0") },
		network,
		func(ctx context.Context, addr string) (client, error) {
			c, err := network.DialContext(ctx, "tcp", addr)
			if err != nil {
				return nil, err
			}
			c.(*fakenet.Conn).SetReadBuffer(window)
			return c.(*fakenet.Conn), nil
		},
	}
}

var loopbackWire = wire{
	func() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") },
	nil,
	func(ctx context.Context, addr string) (client, error) {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err != nil {
			return nil, err
		}
		return resetTCP{c.(*net.TCPConn)}, nil
	},
}

// The same on loopback, where goroutines and descriptors are counted.
func TestChaosOnLoopback(t *testing.T) {
	fakenet.NoLeaks(t)
	check(t, 40, func(rt *rapid.T) {
		c := drawChaos(rt, wirePlan{length: 2000, unit: 300 * time.Microsecond, directions: both, forever: true, across: true})
		if err := c.play(loopbackWire); err != nil {
			rt.Fatalf("%v\n%v", c, err)
		}
	})
}
