package fakeserver_test

import (
	"context"
	"io"
	"net"
	"slices"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

var eachWay = map[string]func(fault.Fault) fault.Rule{"FromClient": fault.FromClient, "ToClient": fault.ToClient}

// holding starts an Echo that holds at the gate after each of some numbers of bytes.
func holding(t *testing.T, on func(fault.Fault) fault.Rule, after ...int64) *fakeserver.Server {
	var rules []fault.Rule
	for _, n := range after {
		rules = append(rules, on(fault.Hold{Gate: gate}).AfterBytes(n))
	}
	return fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(rules...)})
}

// wantHeld sends text, and checks that all of it but the end comes back before Release, which it
// calls.
func wantHeld(t *testing.T, srv *fakeserver.Server, c net.Conn, text, end string) {
	t.Helper()
	send(t, c, text+end)
	if text != "" {
		wantExactly(t, c, text)
	}
	awaitHeld(t, srv)
	release(t, srv)
	wantExactly(t, c, end)
}

// wantExactly reads what came back, in however many pieces.
func wantExactly(t *testing.T, c net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Fatalf("%q came back, and %v; want %q", got[:n], err, want)
	}
}

func awaitHeld(t *testing.T, srv *fakeserver.Server) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	if err := srv.AwaitHeld(ctx, gate); err != nil {
		t.Fatal(err)
	}
}

func release(t *testing.T, srv *fakeserver.Server) {
	t.Helper()
	if err := srv.Release(gate); err != nil {
		t.Fatal(err)
	}
}

func rearm(t *testing.T, srv *fakeserver.Server) {
	t.Helper()
	if err := srv.Rearm(gate); err != nil {
		t.Fatal(err)
	}
}

func TestRearmHoldsALaterConnection(t *testing.T) {
	for name, on := range eachWay {
		t.Run(name, func(t *testing.T) {
			srv := holding(t, on, 2)
			for range 3 {
				wantHeld(t, srv, dial(t, srv), "ab", "cd")
				open := dial(t, srv)
				send(t, open, "ab")
				wantExactly(t, open, "ab")
				rearm(t, srv)
				send(t, open, "cd") // it is past the gate
				wantExactly(t, open, "cd")
			}
			if o := srv.Report().Rules[0]; o.Count != 3 {
				t.Errorf("it held %d times, want 3", o.Count)
			}
		})
	}
}

// Rules may have a gate in common: one that is further on comes to it as it is then.
func TestRearmHoldsALaterRule(t *testing.T) {
	for name, on := range eachWay {
		t.Run(name, func(t *testing.T) {
			srv := holding(t, on, 2, 4, 6)
			c := dial(t, srv)
			wantHeld(t, srv, c, "ab", "c")
			send(t, c, "de") // by the second, which is open
			wantExactly(t, c, "de")
			rearm(t, srv)
			wantHeld(t, srv, c, "f", "g")
			for i, want := range []fault.State{fault.Fired, fault.Armed, fault.Fired} {
				if o := srv.Report().Rules[i]; o.State != want {
					t.Errorf("rule %d is %v, want %v", i+1, o.State, want)
				}
			}
			setFaults(t, srv) // the second one is not wanted any more
		})
	}
}

func TestRearmHoldsWhatComesWithSetFaults(t *testing.T) {
	for name, on := range eachWay {
		t.Run(name, func(t *testing.T) {
			hold := on(fault.Hold{Gate: gate}).Now()
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
			c := dial(t, srv)
			for range 3 {
				setFaults(t, srv, hold)
				wantHeld(t, srv, c, "", "ab")
				rearm(t, srv) // before the rule comes again
				setFaults(t, srv)
			}
		})
	}
}

// What was held when the gate was released goes on, though it is closed before that has begun to
// stop, or has woken.
func TestRearmHoldsNothingBackThatWasReleased(t *testing.T) {
	for name, on := range eachWay {
		t.Run(name, func(t *testing.T) {
			srv := holding(t, on, 2)
			for n := range 50 {
				c := dial(t, srv)
				send(t, c, "abcd")
				wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.Faults()) == n+1 })
				release(t, srv)
				rearm(t, srv)
				wantExactly(t, c, "abcd")
				c.Close()
			}
		})
	}
}

func TestRearmOfAClosedGateDoesNothing(t *testing.T) {
	srv := holding(t, fault.FromClient, 2)
	rearm(t, srv)
	c := dial(t, srv)
	send(t, c, "abcd")
	wantExactly(t, c, "ab")
	awaitHeld(t, srv)
	rearm(t, srv)
	awaitHeld(t, srv)
	release(t, srv)
	wantExactly(t, c, "cd")
}

func TestRearmLetsAwaitHeldWaitAgain(t *testing.T) {
	srv := holding(t, fault.ToClient, 2)
	wantHeld(t, srv, dial(t, srv), "ab", "cd")
	early := make(chan error, 1)
	awaitHeld(t, srv) // as it has been
	rearm(t, srv)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, "AwaitHeld", srv.AwaitHeld(over, gate), context.Canceled, "nothing was held at gate")

	release(t, srv) // AwaitHeld waits at an open gate, and goes over to the one in its place
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	go func() { early <- srv.AwaitHeld(ctx, gate) }()
	rearm(t, srv)
	c := dial(t, srv)
	send(t, c, "abcd")
	wantExactly(t, c, "ab")
	if err := <-early; err != nil {
		t.Error(err)
	}
	release(t, srv)
	wantExactly(t, c, "cd")
}

// The record says why what was held went on: a Note for each time that the gate opened, or closed
// again.
func TestReleaseAndRearmAreInTheRecord(t *testing.T) {
	for name, on := range eachWay {
		t.Run(name, func(t *testing.T) {
			srv := holding(t, on, 2)
			for range 2 {
				c := dial(t, srv)
				wantHeld(t, srv, c, "ab", "cd")
				release(t, srv) // which does nothing
				rearm(t, srv)
				rearm(t, srv) // likewise
			}
			var got []string
			for e := range srv.Transcript().All() {
				switch {
				case e.Kind == transcript.Fault:
					got = append(got, "held")
				case e.Kind == transcript.Note && e.Conn == 0:
					got = append(got, e.Text)
				case e.Kind == transcript.Data && e.Direction == srv.Report().Rules[0].Rule.Direction:
					got = append(got, string(e.Data))
				}
			}
			one := []string{"ab", "held", "gate gate is released", "cd", "gate gate is rearmed"}
			if want := slices.Concat(one, one); !slices.Equal(got, want) {
				t.Errorf("the record has %q, want %q", got, want)
			}
		})
	}
}

// The plan's gates are named once each.
func TestRearmNamesTheGates(t *testing.T) {
	srv := holding(t, fault.ToClient, 2, 4)
	wantError(t, "Rearm", srv.Rearm("door"), nil, `nothing holds at gate "door"; the gates are ["gate"]`)
	setFaults(t, srv) // which says that they are not wanted
}
