package fakeserver_test

import (
	"context"
	"errors"
	"net"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// wantReport checks what became of the rules.
func wantReport(t testing.TB, srv fakeserver.Wire, want string) {
	t.Helper()
	if got := srv.Report().String(); got != want {
		t.Errorf("the report says\n%swant\n%s", got, want)
	}
}

// wantOfRule checks what the record says of a rule.
func wantOfRule(t testing.TB, srv fakeserver.Wire, rule, want string) {
	t.Helper()
	var got []string
	for e := range srv.Transcript().All() {
		if e.Rule == rule {
			got = append(got, e.Kind.String()+" "+e.Text)
		}
	}
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("of rule %s the record says %q, want %q", rule, text, want)
	}
}

// The time counts from the server's start, and nothing comes before the outage in the record.
func TestAtStartRefusesFromTheStartOn(t *testing.T) {
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		o.wantOutage(time.Minute)
		c := o.dial()
		defer c.Close()
		send(o, c, "hello")
		wantRead(o, c, "hello")
		wantOfRule(t, o.srv, "late", "fault for 1m0s, refused down: refusing connections, note up: taking connections")
		for e := range o.srv.Transcript().All() {
			if e.Kind != transcript.Fault || e.At != 0 {
				t.Errorf("the record begins with %v, want the fault", e)
			}
			break
		}
		wantReport(t, o.srv, "rule late: fired once, when the server started\n")
		wantNil(t, "Verify", o.srv.Verify())
	}, fault.AtStart(fault.Down{For: time.Minute}).Named("late"))
}

func TestAtStartForGoodIsUntilUp(t *testing.T) {
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		time.Sleep(1000 * time.Hour)
		o.wantRefused("for good", true)
		wantNil(t, "Up", o.srv.Up())
		o.wantRefused("after Up", false)
	}, fault.AtStart(fault.Down{For: fault.Forever}))
}

// A server is down for as long as the longest outage lasts, and after its method Down until Up.
func TestAtStartBesideOtherOutages(t *testing.T) {
	for name, rule := range map[string]fault.Rule{
		"two rules":           fault.AtStart(fault.Down{For: time.Minute}),
		"for now":             fault.AtStart(fault.Down{For: time.Minute}).Now(),
		"of which one misses": fault.AtStart(fault.Down{For: time.Hour}).WithProbability(0),
	} {
		want := time.Minute
		if name == "of which one misses" {
			want = time.Second
		}
		t.Run(name, func(t *testing.T) {
			inOutage(t, fakeserver.Echo{}, func(o *outageTest) { o.wantOutage(want) },
				fault.AtStart(fault.Down{For: time.Second}), rule.Named("other"))
		})
	}
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		wantNil(t, "Restart", o.srv.Restart(0, 0))
		o.wantRefused("after a restart of no time", true)
		wantNil(t, "Down", o.srv.Down())
		time.Sleep(time.Hour)
		o.wantRefused("by Down", true)
	}, fault.AtStart(fault.Down{For: time.Minute}))
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		network := new(fakenet.Network)
		srv := fakeserver.Start(tb, fakeserver.Config{Transport: network, StartDown: true, Faults: plan(fault.AtStart(fault.Down{For: time.Minute}))})
		o := &outageTest{T: t, network: network, srv: srv, began: time.Now()}
		time.Sleep(time.Hour)
		o.wantRefused("by StartDown", true)
		wantNil(t, "Up", srv.Up())
		o.wantRefused("after Up", false)
	})
}

func TestAtStartByChanceMayMiss(t *testing.T) {
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		o.wantRefused("at once", false)
		wantReport(t, o.srv, "rule down.AtStart.1: armed: reached, but it never hit (the server has started)\n")
		wantNil(t, "Verify", o.srv.Verify())
	}, fault.AtStart(fault.Down{For: time.Minute}).WithProbability(0))
}

// SetFaults comes too late for a rule AtStart, and takes one away.
func TestAtStartUnderSetFaults(t *testing.T) {
	keep, other := fault.AtStart(fault.Down{For: time.Minute}).Named("keep"), fault.AtStart(fault.Down{For: time.Minute}).Named("other")
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		wantNil(t, "SetFaults", o.srv.SetFaults(plan(keep)))
		time.Sleep(1 * time.Nanosecond)
		o.wantRefused("with the rule that is kept", true)
		wantNil(t, "SetFaults", o.srv.SetFaults(plan(other.NeedNotFire())))
		time.Sleep(1 * time.Nanosecond)
		o.wantRefused("with a rule that comes too late", false)
		wantReport(t, o.srv, "rule other: passed: the server had started when the rule came\n"+
			"rule keep (removed): fired once, when the server started\n")
		wantNil(t, "SetFaults", o.srv.SetFaults(plan(other)))
		wantError(t, "Verify", o.srv.Verify(), nil, "rule other was passed", "with Now")
		wantNil(t, "SetFaults", o.srv.SetFaults(plan(other.NeedNotFire())))
	}, keep)
}

// A rule for now begins before SetFaults returns, wherever that is called, and begins anew each time
// that it comes.
func TestAtStartForNow(t *testing.T) {
	now := plan(fault.AtStart(fault.Down{For: time.Minute}).Named("cut").Now())
	var srv *fakeserver.Server
	inOutage(t, fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		if c.Number() == 1 {
			if err := srv.SetFaults(now); err != nil {
				return err
			}
		}
		return fakeserver.Echo{}.ServeConn(ctx, c)
	}), func(o *outageTest) {
		srv = o.srv
		c := o.dial()
		defer c.Close()
		send(o, c, "hello")
		wantRead(o, c, "hello")
		o.wantOutage(time.Minute)
		for range 3 {
			wantNil(t, "SetFaults", o.srv.SetFaults(plan()))
			time.Sleep(1 * time.Nanosecond)
			o.wantRefused("without the rule", false)
			wantNil(t, "SetFaults", o.srv.SetFaults(now))
			o.wantOutage(time.Minute)
			wantNil(t, "SetFaults", o.srv.SetFaults(now))
			o.wantRefused("with the rule, which stays", false)
		}
		send(o, c, "still open")
		wantRead(o, c, "still open")
	})
}

func TestAtStartOfDatagrams(t *testing.T) {
	inPacketOutage(t, fakeserver.PacketEcho{}, func(o *packetOutage) {
		o.wantOutage(time.Minute)
		wantOfRule(t, o.srv, "late", "fault for 1m0s, refused down: refusing datagrams, note up: taking datagrams")
		wantReport(t, o.srv, "rule late: fired once, when the server started\n")
		wantNil(t, "SetFaults", o.srv.SetFaults(plan(fault.AtStart(fault.Down{For: time.Hour}).Now())))
		o.wantOutage(time.Hour)
	}, fault.AtStart(fault.Down{For: time.Minute}).Named("late"))
}

// A Listener starts when it is made. What waits then is accepted, and its server finds the rest when
// the outage is over.
func TestAtStartOfAListener(t *testing.T) {
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		network := new(fakenet.Network)
		below, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		before := mustDialIn(t, network, below.Addr().String())
		defer before.Close()
		ln := fakeserver.StartListener(tb, below, fakeserver.Config{Faults: plan(fault.AtStart(fault.Down{For: time.Minute}).Named("late"))})
		go serveEchoes(ln)
		send(t, before, "hello")
		wantRead(t, before, "hello")
		for _, d := range []time.Duration{0, time.Minute - 1} {
			time.Sleep(d)
			_, err = network.DialContext(context.Background(), "tcp", below.Addr().String())
			wantError(t, "Dial", err, syscall.ECONNREFUSED)
		}
		time.Sleep(2 * time.Nanosecond)
		after := mustDialIn(t, network, below.Addr().String())
		defer after.Close()
		send(t, after, "hello")
		wantRead(t, after, "hello")
		wantOfRule(t, ln, "late", "fault for 1m0s, refused down: refusing connections, note up: taking connections")
	})
}

// On the kernel's network no stranger gets the port meanwhile.
func TestAtStartKeepsThePort(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there are no guards")
	}
	rule := fault.AtStart(fault.Down{For: fault.Forever})
	for range repeats(t, 8) {
		srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(rule)})
		below := listenTCP(t)
		ln := fakeserver.StartListener(t, below, fakeserver.Config{Faults: plan(rule)})
		go serveEchoes(ln)
		for _, w := range []interface {
			fakeserver.Wire
			Up() error
		}{srv, ln} {
			stop := strangers(t, "tcp", w.Address())
			_, err := net.Dial("tcp", w.Address())
			wantError(t, "Dial", err, syscall.ECONNREFUSED)
			wantNil(t, "Up", w.Up())
			c := dial(t, w)
			send(t, c, "hi")
			wantRead(t, c, "hi")
			stop()
			c.Close()
		}
	}
}

func TestAtStartOnAUnixSocket(t *testing.T) {
	srv := startUnix(t, fakeserver.Echo{}, fault.AtStart(fault.Down{For: fault.Forever}))
	_, err := net.Dial("unix", srv.Addr())
	wantError(t, "Dial", err, syscall.ECONNREFUSED)
	wantNil(t, "Up", srv.Up())
	dialUnix(t, srv)
}

func TestAtStartIsRefusedWhereTheAddressCanNotBeKept(t *testing.T) {
	rule := fault.AtStart(fault.Down{For: 1}).Named("it")
	nothing := keepsNothing{new(fakenet.Network)}
	_, err := fakeserver.Listen(fakeserver.Config{Transport: nothing, Faults: plan(rule)})
	wantError(t, "Listen", err, errors.ErrUnsupported, "rule 1 (it)", "Suspend")
	_, err = fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: nothing, Faults: plan(rule)})
	wantError(t, "ListenPacket", err, errors.ErrUnsupported, "rule 1 (it)", "Suspend")
	below, err := nothing.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer below.Close()
	_, err = fakeserver.WrapListener(below, fakeserver.Config{Faults: plan(rule)})
	wantError(t, "WrapListener", err, errors.ErrUnsupported, "rule 1 (it)")
	pc, err := nothing.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	_, err = fakeserver.WrapPacketConn(pc, fakeserver.PacketConfig{Faults: plan(rule)})
	wantError(t, "WrapPacketConn", err, errors.ErrUnsupported, "rule 1 (it)", "use a PacketServer")
	k := fakeserver.StartPacketConn(t, pc, fakeserver.PacketConfig{})
	wantError(t, "SetFaults", k.SetFaults(plan(rule.Now())), errors.ErrUnsupported, "use a PacketServer")
}

func TestCloseEndsAnOutageFromTheStart(t *testing.T) {
	for _, d := range []time.Duration{time.Minute, fault.Forever} {
		inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
			wantNil(o, "Close", o.srv.Close())
			if d := time.Since(o.began); d > 0 {
				t.Errorf("Close took %v", d)
			}
			wantError(t, "SetFaults", o.srv.SetFaults(plan(fault.AtStart(fault.Down{For: 1}).Now())), net.ErrClosed)
		}, fault.AtStart(fault.Down{For: d}))
	}
}
