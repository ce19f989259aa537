package script_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/script"
	"github.com/fakewire/fakewire/nettest"
)

// A script that is not done when the server closes names where it was.
func TestScriptThatIsNotDoneAtClose(t *testing.T) {
	for name, tt := range map[string]struct {
		s     script.Script
		words []string
	}{
		"in an expectation": {script.Script{send("1"), expect("ab"), send("2")}, []string{`step 2 of 3, expect "ab": byte 0: want "ab", got nothing: the server was closed`, `left: send "2"`}},
		"at a gate":         {script.Script{send("1"), script.Hold("gate"), send("2")}, []string{`step 2 of 3, hold "gate": byte 0: want to hold at gate "gate", got nothing: the server was closed`}},
		"in a wait":         {script.Script{send("1"), script.Wait(time.Hour), send("2")}, []string{`step 2 of 3, wait 1h0m0s: byte 0: want to wait 1h0m0s, got nothing: the server was closed`}},
		"after a loop":      {script.Script{send("1"), script.Loop(expect("a")), expect("b")}, []string{`step 3 of 3, expect "b"`, "the server was closed"}},
		"in a loop's round": {script.Script{send("1"), script.Loop(script.Repeat(2, expect("a")))}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			srv := listen(t, fakeserver.Config{Handler: tt.s})
			ask(t, dial(t, srv), "", "1")
			if err := srv.Close(); err != nil {
				t.Error(err)
			}
			if tt.words == nil {
				if err := srv.Verify(); err != nil {
					t.Error(err)
				}
				return
			}
			wantVerify(t, srv, tt.words...)
		})
	}
}

// Whether the script or Close comes first is chance, once the client has said all that it is to say.
func TestScriptTakesWhatHadComeAtClose(t *testing.T) {
	s := script.Script{expectLine("a"), send("1"), expectLine("b"), send("2"), expectLine("c")}
	ahead := fault.FromClient(fault.Reset{}).AfterBytes(100).NeedNotFire()
	for range 100 {
		for _, cfg := range []fakeserver.Config{
			{Handler: s}, {Handler: s, Faults: fault.Plan{Rules: []fault.Rule{ahead}}},
			{Handler: s, Transport: &nettest.Network{}}, {Handler: s, Transport: &nettest.Network{}, Faults: fault.Plan{Rules: []fault.Rule{ahead}}},
		} {
			srv := listen(t, cfg)
			c := dial(t, srv)
			ask(t, c, "a\n", "1")
			io.WriteString(c, "b\nc\n")
			srv.Close()
			if err := srv.Verify(); err != nil {
				t.Fatalf("%v\n%v", err, srv.Transcript())
			}
		}
	}
}

// What hangs after a step is named with it: here, what has called the script.
func TestScriptNamesItsStepForClose(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	srv := listen(t, fakeserver.Config{Handler: fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		err := pingPong.ServeConn(ctx, c)
		<-release
		return err
	})})
	ask(t, dial(t, srv), "PING\r\n", "PONG\r\n")
	if err := srv.Close(); err == nil || !strings.Contains(err.Error(), `in step "step 2 of 2, send \"PONG\\r\\n\""`) {
		t.Errorf("Close = %v", err)
	}
}

// The plan is the cause of what it cuts or changes, and of nothing else.
func TestScriptCutShortByThePlan(t *testing.T) {
	for _, tt := range []struct {
		why      string
		rule     fault.Rule
		mismatch bool
	}{
		{"reset to the client", fault.ToClient(fault.Reset{}).AfterBytes(3), false},
		{"closed to the client", fault.ToClient(fault.Close{}).AfterBytes(3), false},
		{"reset from the client", fault.FromClient(fault.Reset{}).AfterBytes(3), false},
		{"half-closed from the client", fault.FromClient(fault.HalfClose{}).AfterBytes(3), false},
		{"stalled from the client", fault.FromClient(fault.Stall{}).AfterBytes(3), false},
		{"swallowed from the client", fault.FromClient(fault.Blackhole{}).AfterBytes(3), false},
		{"changed from the client", fault.FromClient(fault.Replace{Old: "PING", New: "PONG"}), false},
		{"changed to the client", fault.ToClient(fault.Replace{Old: "PONG", New: "PING"}), true},
		{"made late", fault.FromClient(fault.Latency{Delay: time.Second}), true},
	} {
		t.Run(tt.why, func(t *testing.T) {
			text := "PING\r\n"
			if tt.mismatch {
				text += "QUAT\r\n"
			}
			o := serve(t, script.Script{expect("PING\r\n"), send("PONG\r\n"), expectLine("QUIT")}, says(text), tt.rule)
			if tt.mismatch {
				o.wantMismatch(t, "step 3 of 3", "byte 8")
			} else if o.err != nil {
				t.Errorf("%v\n%v", o.err, o.record)
			}
		})
	}
}

// Nor does a script pass by chance whose client said too little, just before Close.
func TestPacketScriptThatIsNotDoneAtClose(t *testing.T) {
	s := script.PacketScript{script.Expect("hi"), script.Expect("bye")}
	for range 200 {
		for _, network := range []fakeserver.Transport{nil, &nettest.Network{}} {
			srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: s, Transport: network})
			if err != nil {
				t.Fatal(err)
			}
			c, err := srv.Dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(c, "hi")
			srv.Close()
			c.Close()
			if err := srv.Verify(); err == nil || !strings.Contains(err.Error(), `step 2 of 2, expect "bye"`) {
				t.Fatalf("Verify = %v\n%v", err, srv.Transcript())
			}
		}
	}
}
