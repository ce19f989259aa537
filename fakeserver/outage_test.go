package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// An outageTest is a server in a bubble, whose echo goes down by rules.
type outageTest struct {
	*testing.T
	network *fakenet.Network
	srv     *fakeserver.Server
	began   time.Time
}

func inOutage(t *testing.T, handler fakeserver.Handler, body func(o *outageTest), rules ...fault.Rule) {
	t.Helper()
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		o := &outageTest{T: t, network: new(fakenet.Network), began: time.Now()}
		o.srv = fakeserver.Start(tb, fakeserver.Config{Transport: o.network, Handler: handler, Faults: plan(rules...)})
		body(o)
	})
}

func (o *outageTest) dial() net.Conn {
	o.Helper()
	return mustDialIn(o, o.network, o.srv.Addr())
}

// wantRefused checks that dials are refused, or are not.
func (o *outageTest) wantRefused(when string, want bool) {
	o.Helper()
	c, err := o.network.DialContext(context.Background(), "tcp", o.srv.Addr())
	if err == nil {
		c.Close()
	}
	if errors.Is(err, syscall.ECONNREFUSED) != want || err != nil && !want {
		o.Errorf("%s, after %v: Dial gives %v; refused: want %v\n%v", when, time.Since(o.began), err, want, o.srv.Transcript())
	}
}

// wantUnanswered checks that dials get no answer.
func (o *outageTest) wantUnanswered(when string) {
	o.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	c, err := o.network.DialContext(ctx, "tcp", o.srv.Addr())
	if err == nil {
		c.Close()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		o.Errorf("%s, after %v: Dial gives %v, want no answer\n%v", when, time.Since(o.began), err, o.srv.Transcript())
	}
}

// wantOutage checks that dials are refused from now on for exactly d.
func (o *outageTest) wantOutage(d time.Duration) {
	o.Helper()
	o.wantRefused("at once", true)
	time.Sleep(d - 1)
	o.wantRefused("just before it is over", true)
	time.Sleep(2 * time.Nanosecond)
	o.wantRefused("when it is over", false)
}

// A client that has an answer, and dials again, is refused, for exactly as long as the rule says.
func TestDownRuleRefusesFromItsByteOn(t *testing.T) {
	for name, rule := range map[string]fault.Rule{
		"to the client":     fault.ToClient(fault.Down{For: time.Minute}).AfterBytes(5).OnConn(1),
		"from the client":   fault.FromClient(fault.Down{For: time.Minute}).AfterBytes(5).OnConn(1),
		"at a match":        fault.ToClient(fault.Down{For: time.Minute}).AfterMatch("lo").OnConn(1),
		"when it is queued": fault.ToClient(fault.Down{For: time.Minute}).AfterBytes(5).OnConn(1).AfterTime(1),
	} {
		t.Run(name, func(t *testing.T) {
			inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
				c := o.dial()
				defer c.Close()
				time.Sleep(1 * time.Nanosecond)
				send(o, c, "hello")
				wantRead(o, c, "hello")
				o.wantOutage(time.Minute)
				send(o, c, "still open")
				wantRead(o, c, "still open")
			}, rule)
		})
	}
}

func TestDownRuleOnAcceptComesBeforeTheHandler(t *testing.T) {
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		o.dial().Close()
		second := o.dial()
		defer second.Close()
		send(o, second, "hello")
		wantRead(o, second, "hello")
		o.wantOutage(time.Second)
	}, fault.OnAccept(fault.Down{For: time.Second}).OnConn(2))
}

func TestDownRuleAtZeroComesBeforeTheHandler(t *testing.T) {
	for _, rule := range []fault.Rule{fault.FromClient(fault.Down{For: time.Second}), fault.ToClient(fault.Down{For: time.Second})} {
		inOutage(t, fakeserver.Reply{Data: "hi"}, func(o *outageTest) {
			c := o.dial()
			defer c.Close()
			send(o, c, "?")
			wantAll(o, c, "hi", io.EOF)
			o.wantOutage(time.Second)
		}, rule.OnConn(1))
	}
}

// restarts are the ways in which a restart ends connections, and what a client's Read gives.
var restarts = map[transcript.Ending]error{0: io.EOF, transcript.ByFIN: io.EOF, transcript.ByRST: syscall.ECONNRESET}

func TestRestartRuleEndsAllConnections(t *testing.T) {
	for how, end := range restarts {
		for name, rule := range map[string]fault.Rule{
			"to the client":   fault.ToClient(fault.Restart{How: how, For: time.Minute}).AfterBytes(3),
			"from the client": fault.FromClient(fault.Restart{How: how, For: time.Minute}).AfterBytes(5),
		} {
			t.Run(how.String()+" "+name, func(t *testing.T) {
				inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
					first, other := o.dial(), o.dial()
					defer first.Close()
					defer other.Close()
					send(o, other, "hi")
					wantRead(o, other, "hi")
					send(o, first, "hello")
					want := "hel"
					if rule.Direction == transcript.FromClient {
						want = ""
					}
					wantAll(o, first, want, end)
					o.wantOutage(time.Minute)
					wantAll(o, other, "", end)
					tr := o.srv.Transcript()
					if n := tr.Kind(transcript.Refused).Len(); n != 1 {
						t.Errorf("the server went down %d times:\n%v", n, tr)
					}
					if end == io.EOF {
						wantEnding(t, tr, 2, transcript.ByClose, transcript.ByFIN)
					}
				}, rule.OnConn(1))
			})
		}
	}
}

// Of a restart that takes no time, a client sees only that its connection ends: it can dial again
// at once.
func TestRestartRuleOfNoTimeIsBackAtOnce(t *testing.T) {
	for how, end := range restarts {
		inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
			for range 3 {
				c := o.dial()
				send(o, c, "hello")
				wantAll(o, c, "hel", end)
				c.Close()
			}
		}, fault.ToClient(fault.Restart{How: how}).AfterBytes(3))
	}
}

func TestRestartOfAllClientsAtOnce(t *testing.T) {
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		var all []net.Conn
		for range 20 {
			all = append(all, o.dial())
		}
		for _, c := range all {
			go io.WriteString(c, "hello")
		}
		for _, c := range all {
			io.ReadAll(c)
			c.Close()
		}
		o.wantOutage(time.Minute)
	}, fault.ToClient(fault.Restart{How: transcript.ByRST, For: time.Minute}).AfterBytes(3))
}

func TestOutageIsOverWhenItsRuleIsGone(t *testing.T) {
	keep := fault.ToClient(fault.Down{For: time.Minute}).AfterBytes(2).Named("kept")
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		c := o.dial()
		defer c.Close()
		send(o, c, "hi")
		wantRead(o, c, "hi")
		if err := o.srv.SetFaults(plan(keep)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(1 * time.Nanosecond)
		o.wantRefused("with the rule that is kept", true)
		if err := o.srv.SetFaults(plan()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(1 * time.Nanosecond)
		o.wantRefused("without rules", false)
	}, keep, fault.FromClient(fault.Down{For: fault.Forever}).AfterBytes(2))
}

// The record names the rule where the server goes down, and where it is back.
func TestOutageIsInTheRecord(t *testing.T) {
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		c := o.dial()
		defer c.Close()
		send(o, c, "hi")
		wantRead(o, c, "hi")
		time.Sleep(time.Minute + 1)
		var got []string
		for e := range o.srv.Transcript().All() {
			if e.Rule == "outage" {
				got = append(got, e.Kind.String()+" "+e.Text)
			}
		}
		want := "fault for 1m0s, refused down: refusing connections, note up: taking connections"
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("the record has %q, want %q", text, want)
		}
	}, fault.ToClient(fault.Down{For: time.Minute}).AfterBytes(2).Named("outage"))
}

// A Transport whose listeners can't keep their address has no outages by rules.
func TestOutageRulesAreRefusedWhereTheAddressCanNotBeKept(t *testing.T) {
	for _, f := range []fault.Fault{fault.Down{For: 1}, fault.Restart{}} {
		cfg := fakeserver.Config{Transport: keepsNothing{new(fakenet.Network)}, Faults: plan(fault.ToClient(f).Named("it"))}
		_, err := fakeserver.Listen(cfg)
		wantError(t, "Listen", err, errors.ErrUnsupported, "rule 1 (it)", "Suspend")
		wantError(t, "Listen", err, fault.ErrPlan)
		cfg.Faults = fault.Plan{}
		srv := fakeserver.Start(t, cfg)
		wantError(t, "SetFaults", srv.SetFaults(plan(fault.OnAccept(f), fault.ToClient(f))), fault.ErrPlan)
		_, err = fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: keepsNothing{new(fakenet.Network)}, Faults: plan(fault.ToClient(f))})
		wantError(t, "ListenPacket", err, errors.ErrUnsupported)
		pc, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer pc.Close()
		_, err = fakeserver.WrapPacketConn(pc, fakeserver.PacketConfig{Faults: plan(fault.ToClient(f))})
		wantError(t, "WrapPacketConn", err, errors.ErrUnsupported)
	}
}

// keepsNothing has sockets without Suspend.
type keepsNothing struct{ *fakenet.Network }

func (k keepsNothing) Listen(ctx context.Context, network, addr string) (net.Listener, error) {
	ln, err := k.Network.Listen(ctx, network, addr)
	return struct{ net.Listener }{ln}, err
}

func (k keepsNothing) ListenPacket(ctx context.Context, network, addr string) (net.PacketConn, error) {
	pc, err := k.Network.ListenPacket(ctx, network, addr)
	return struct{ net.PacketConn }{pc}, err
}

// On a unix socket, whose file stays, an outage is the same; its clients' Writes are EPIPE.
func TestOutageOnAUnixSocket(t *testing.T) {
	srv := startUnix(t, fakeserver.Echo{}, fault.ToClient(fault.Restart{For: fault.Forever}).AfterBytes(3).OnConn(1))
	c := dialUnix(t, srv)
	send(t, c, "hello")
	wantAll(t, c, "hel", io.EOF)
	_, err := net.Dial("unix", srv.Addr())
	wantError(t, "Dial", err, syscall.ECONNREFUSED)
	wantNil(t, "Up", srv.Up())
	dialUnix(t, srv)
	wantError(t, "SetFaults", srv.SetFaults(plan(fault.ToClient(fault.Restart{How: transcript.ByRST}))), fault.ErrPlan, "use ByFIN")
}
