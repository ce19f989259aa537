package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func setFaults(t *testing.T, srv interface{ SetFaults(fault.Plan) error }, rules ...fault.Rule) {
	t.Helper()
	if err := srv.SetFaults(plan(rules...)); err != nil {
		t.Fatal(err)
	}
}

// A connection without rules, whose handler is blocked in a Read, gets some.
func TestSetFaultsOnALiveConnectionWithoutRules(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	c := dial(t, srv)
	send(t, c, "0123")
	wantRead(t, c, "0123")
	setFaults(t, srv, fault.ToClient(fault.Reset{}).AfterBytes(6), fault.FromClient(fault.Slice{Size: 1}).AfterBytes(4))
	send(t, c, "456789")
	wantAll(t, c, "45", errReset)
	wait(t, srv, ended(1))
	if got := string(srv.Transcript().ToClient()); got != "012345" {
		t.Errorf("the record has %q, want 012345", got)
	}
	for d, want := range map[transcript.Direction]int64{transcript.FromClient: 4, transcript.ToClient: 4} {
		found := false
		for e := range srv.Transcript().Kind(transcript.Note).All() {
			found = found || e.Direction == d && e.Offset == want
		}
		if !found {
			t.Errorf("the record does not say that %v changed at %d:\n%v", d, want, srv.Transcript())
		}
	}
}

func TestSetFaultsKeepsAReadDeadline(t *testing.T) {
	errs := make(chan error, 1)
	srv := serverEnd(t, fault.Plan{}, func(c *fakeserver.Conn) error {
		c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		_, err := c.Read(make([]byte, 1))
		errs <- err
		return err
	})
	dial(t, srv)
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() == 1 })
	for range 20 {
		setFaults(t, srv, fault.FromClient(fault.Latency{Delay: 1}).OnConn(9).NeedNotFire())
		setFaults(t, srv)
	}
	setFaults(t, srv, fault.FromClient(fault.Latency{Delay: 1}).NeedNotFire())
	if err := <-errs; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Read = %v, want a timeout", err)
	}
}

func TestSetFaultsEndsAStall(t *testing.T) {
	for name, rule := range map[string]fault.Rule{
		"FromClient": fault.FromClient(fault.Stall{}).AfterBytes(2),
		"ToClient":   fault.ToClient(fault.Stall{}).AfterBytes(2),
	} {
		t.Run(name, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(rule)})
			c := dial(t, srv)
			send(t, c, "0123")
			wantRead(t, c, "01")
			setFaults(t, srv)
			wantRead(t, c, "23")
			report := srv.Report()
			if len(report.Rules) != 1 || !report.Rules[0].Removed || report.Rules[0].State != fault.Fired {
				t.Errorf("report = %v, want the stall fired and removed", report)
			}
		})
	}
}

// A rule with the key of one that was stopping a stream, and other contents, is another: what
// it replaces is taken out of the plan, and stops nothing any more.
func TestSetFaultsReplacesAStallByOneOfItsKey(t *testing.T) {
	for _, on := range []func(fault.Fault) fault.Rule{fault.FromClient, fault.ToClient} {
		for _, f := range []fault.Fault{fault.Stall{}, fault.Hold{Gate: "gate"}} {
			rule := on(f).AfterBytes(2)
			t.Run(fmt.Sprintf("%s %v", f.Kind(), rule.Direction), func(t *testing.T) {
				srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(rule)})
				c := dial(t, srv)
				send(t, c, "01")
				wantRead(t, c, "01")
				setFaults(t, srv, on(f).AfterBytes(4))
				send(t, c, "23")
				wantRead(t, c, "23")
				wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.Faults()) == 2 })
			})
		}
	}
}

func TestSetFaultsReportsOffsetsThatArePassed(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	c := dial(t, srv)
	send(t, c, "0123")
	wantRead(t, c, "0123")
	setFaults(t, srv,
		fault.ToClient(fault.Reset{}).AfterBytes(3),
		fault.ToClient(fault.Latency{Delay: time.Millisecond}).AfterBytes(1).ForBytes(2).Named("closed window"),
		fault.ToClient(fault.Latency{Delay: time.Millisecond}).AfterBytes(1).ForBytes(5).Named("open window"),
	)
	send(t, c, "4567")
	got := make([]byte, 4)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "4567" {
		t.Errorf("read %q, %v", got, err)
	}
	for i, want := range []fault.State{fault.Passed, fault.Passed, fault.Fired} {
		if o := srv.Report().Rules[i]; o.State != want {
			t.Errorf("rule %s is %v, want %v", o.Key, o.State, want)
		}
	}
	wantError(t, "Verify", srv.Verify(), nil, "reset.ToClient.1 was passed", "closed window was passed")
	setFaults(t, srv) // which says that they are not wanted
}

// Unchanged rules go on with their draws: a stream under random cuts is cut in the
// same places, however often the other rules change.
func TestSetFaultsLeavesOtherRulesAlone(t *testing.T) {
	t.Parallel()
	run := func(changes int) string {
		cuts := fault.ToClient(fault.Slice{Size: 9, Variation: 8}).Named("cuts")
		srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: fault.Plan{Seed: 7, Rules: []fault.Rule{cuts}}})
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		c := dial(t, srv)
		for n := range 10 {
			if n < changes {
				other := fault.FromClient(fault.Latency{Delay: time.Duration(n + 1)}).NeedNotFire()
				if err := srv.SetFaults(fault.Plan{Rules: []fault.Rule{other, cuts}}); err != nil {
					t.Fatal(err)
				}
			}
			send(t, c, "0123456789")
			if _, err := io.ReadFull(c, make([]byte, 10)); err != nil {
				t.Fatal(err)
			}
		}
		var places strings.Builder
		for _, e := range srv.Transcript().Faults() {
			if e.Rule == "cuts" {
				fmt.Fprint(&places, e.Offset, " ")
			}
		}
		return places.String()
	}
	if a, b := run(0), run(10); a != b {
		t.Errorf("cut at\n%s, with changes at\n%s", a, b)
	}
}

func TestSetFaultsWhileTrafficFlows(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	ctx, cancel := context.WithCancel(t.Context())
	var changer, clients sync.WaitGroup
	changer.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			rules := []fault.Rule{
				fault.ToClient(fault.Latency{Delay: time.Duration(1+n%5) * time.Microsecond}).NeedNotFire(),
				fault.FromClient(fault.Slice{Size: int64(1000 + n%7)}).NeedNotFire(),
			}
			setFaults(t, srv, rules[:n%3]...)
		}
	})
	for range 4 {
		clients.Go(func() {
			for range 20 {
				c, err := dialAny(srv)
				if err != nil {
					t.Error(err)
					return
				}
				want := strings.Repeat("0123456789", 5000)
				go func() {
					io.WriteString(c, want)
					c.(*net.TCPConn).CloseWrite()
				}()
				wantAll(t, c, want, io.EOF)
				c.Close()
			}
		})
	}
	clients.Wait()
	cancel()
	changer.Wait()
	setFaults(t, srv) // what the last plan's rules came to is chance
}

func TestSetFaultsRefusesNonsense(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	wantError(t, "SetFaults", srv.SetFaults(plan(fault.ToClient(fault.Slice{}))), fault.ErrPlan, "rule 1 (slice.ToClient.1)")
	srv.Close()
	wantError(t, "SetFaults", srv.SetFaults(plan()), net.ErrClosed)
}

func TestSetFaultsOnDatagrams(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	c := dialUDP(t, srv)
	send(t, c, "one")
	wantRead(t, c, "one")
	setFaults(t, srv, fault.FromClient(fault.Loss{Nth: 1}).AfterDatagrams(1), fault.ToClient(fault.Truncate{Size: 2}))
	send(t, c, "two")
	send(t, c, "three")
	wantRead(t, c, "th")
	setFaults(t, srv)
	send(t, c, "four")
	wantRead(t, c, "four")
}

// A rule that comes live for the number at which a peer stands acts on its next datagram, also
// where nothing was decided so far, and the record says where it came.
func TestSetFaultsCountsTheDatagramsBefore(t *testing.T) {
	for name, handler := range map[string]fakeserver.PacketHandler{"Discard": fakeserver.PacketDiscard{}, "Echo": fakeserver.PacketEcho{}} {
		srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: handler})
		c := dialUDP(t, srv)
		for n := range 2 {
			send(t, c, "before")
			wait(t, srv, sent(n+1))
		}
		setFaults(t, srv, fault.FromClient(fault.Loss{Nth: 1}).AfterDatagrams(2), fault.FromClient(fault.Loss{Nth: 4}))
		for n := range 2 {
			send(t, c, "after")
			wait(t, srv, sent(n+3))
		}
		var got []int64
		for _, e := range srv.Transcript().Faults() {
			got = append(got, e.Offset)
		}
		if len(got) != 2 || got[0] != 3 || got[1] != 4 {
			t.Errorf("%s: lost %d, want 3 and 4\n%v", name, got, srv.Transcript())
		}
		notes := srv.Transcript().Kind(transcript.Note).String()
		if !strings.Contains(notes, "#3") || !strings.Contains(notes, "other faults from datagram 3 on") {
			t.Errorf("%s: the record does not say that the faults changed at 3:\n%s", name, notes)
		}
	}
}
