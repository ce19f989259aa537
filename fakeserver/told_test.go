package fakeserver_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A stop, or what begins to act, is in the record before the bytes in front of it leave. If
// they don't, it has not acted, and the record says so.
func TestStopWhoseBytesDidNotLeaveHasNotFired(t *testing.T) {
	for _, f := range []fault.Fault{fault.Stall{For: time.Second}, fault.Hold{Gate: "gate"}, fault.Latency{Delay: time.Second}} {
		writes := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			_, err := io.WriteString(c, "PONG\nmore")
			c.Read(make([]byte, 1))
			return err
		})
		bubble(t, writes, plan(fault.ToClient(f).AfterBytes(5).NeedNotFire()), func(t *testing.T, srv *fakeserver.Server, network *pipes) {
			client := network.dial(t)
			synctest.Wait() // the answer waits for who reads it
			if n := len(srv.Transcript().Faults()); n != 1 {
				t.Errorf("%v: %d faults in the record, want 1", f.Kind(), n)
			}
			client.Close()
			wait(t, srv, ended(1))
			if r := srv.Report(); r.Rules[0].State == fault.Fired {
				t.Errorf("%v has fired behind bytes that did not leave:\n%v", f.Kind(), r)
			}
			if text := srv.Transcript().String(); !strings.Contains(text, "did not act") {
				t.Errorf("the record does not say that %v did not act:\n%s", f.Kind(), text)
			}
			for _, wrong := range servertest.WrongFirings(srv) {
				t.Error(wrong)
			}
		})
		bubble(t, writes, plan(fault.ToClient(f).AfterBytes(5)), func(t *testing.T, srv *fakeserver.Server, network *pipes) {
			client := network.dial(t)
			wantRead(t, client, "PONG\n")
			synctest.Wait()
			if r := srv.Report(); r.Rules[0].State != fault.Fired || r.Rules[0].Count != 1 {
				t.Errorf("%v behind bytes that left:\n%v", f.Kind(), r)
			}
			if n := len(srv.Transcript().Kind(transcript.Fault).Faults()); n != 1 {
				t.Errorf("%v is in the record %d times", f.Kind(), n)
			}
		})
	}
}

// A gate that is open holds nothing, and a rule that held nothing has not fired.
func TestHoldAtAnOpenGateHasNotFired(t *testing.T) {
	for _, on := range []func(fault.Fault) fault.Rule{fault.FromClient, fault.ToClient} {
		rule := on(fault.Hold{Gate: "gate"}).AfterBytes(2)
		t.Run(rule.Direction.String(), func(t *testing.T) {
			srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(rule)})
			if err != nil {
				t.Fatal(err)
			}
			defer srv.Close()
			if err := srv.Release("gate"); err != nil {
				t.Fatal(err)
			}
			c := dial(t, srv)
			send(t, c, "0123")
			got := make([]byte, 4)
			if _, err := io.ReadFull(c, got); err != nil {
				t.Fatal(err)
			}
			if o := srv.Report().Rules[0]; o.State != fault.Armed || o.Count != 0 {
				t.Errorf("the rule has come to %v, %d times; want armed", o.State, o.Count)
			}
			if n := len(srv.Transcript().Faults()); n != 0 {
				t.Errorf("the record has %d faults, want none:\n%v", n, srv.Transcript())
			}
			if text := srv.Transcript().String(); !strings.Contains(text, "gate gate is open: nothing is held") {
				t.Errorf("the record does not say why:\n%s", text)
			}
			wantError(t, "Verify", srv.Verify(), nil, "armed")
		})
	}
}

// The report tells a stop that there was nothing to stop from one that stopped bytes,
// also those that the server has never read.
func TestReportSaysWhatAStopStopped(t *testing.T) {
	for name, test := range map[string]struct {
		more string
		want string
	}{
		"the match was all":    {"", "it stopped nothing"},
		"there was more to it": {"and more", "8 bytes came after it"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Faults: plan(fault.FromClient(fault.Stall{}).AfterMatch("PING\n"))})
			c := dial(t, srv)
			send(t, c, "PING\n"+test.more)
			wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 })
			srv.Close()
			if text := srv.Report().String(); !strings.Contains(text, test.want) {
				t.Errorf("the report says %q, want %q", text, test.want)
			}
		})
	}
}

// What comes to a gate that is open all the time is not held, and nobody is told so.
func TestAwaitHeldWaitsForWhatIsHeld(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(fault.FromClient(fault.Hold{Gate: "gate"}).AfterBytes(2).NeedNotFire())})
	if err := srv.Release("gate"); err != nil {
		t.Fatal(err)
	}
	c := dial(t, srv)
	send(t, c, "0123")
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, "AwaitHeld", srv.AwaitHeld(ctx, "gate"), context.Canceled, "nothing was held at gate")
}
