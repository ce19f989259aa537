package fakeserver_test

import (
	"io"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A recording says how it came about: the test, how to run it again, each plan and what became of it.
func TestRecordingSaysHowItCameAbout(t *testing.T) {
	t.Setenv("FAKEWIRE_SEED", "7")
	tb := &fakeTB{name: "TestPing"}
	first := fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Corrupt{Rate: 0.5}).Named("noise").NeedNotFire()}}
	srv := fakeserver.Start(tb, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: first})
	defer tb.end()
	before := srv.Recording()
	if o := before.Origin; o.Test != "TestPing" || o.Seed != 7 || o.Rerun != "FAKEWIRE_SEED=0x7 go test -run '^TestPing$'" {
		t.Errorf("the origin is %+v", o)
	}
	if plan, err := fault.ParsePlan(before.Origin.Plan); err != nil || len(plan.Rules) != 1 || plan.Rules[0].Name != "noise" || plan.Seed == 0 {
		t.Errorf("the plan is %s, %v", before.Origin.Plan, err)
	}
	c := dial(t, srv)
	send(t, c, "ping")
	wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.ToClient()) == 4 })
	at := srv.Transcript().Len()
	if err := srv.SetFaults(fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Slice{Size: 1}).Named("bits")}}); err != nil {
		t.Fatal(err)
	}
	send(t, c, "pong")
	answers := make([]byte, len("pingpong"))
	if _, err := io.ReadFull(c, answers); err != nil || string(answers) != "pingpong" { // a piece waits until the one before it was read
		t.Errorf("the client reads %q, %v", answers, err)
	}
	wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.ToClient()) == 8 })
	rec := srv.Recording()
	if len(before.Changes) != 0 || len(rec.Changes) != 1 || rec.Changes[0].After != int64(at) || !strings.Contains(string(rec.Changes[0].Plan), "bits") {
		t.Errorf("the plan changed %d times: %+v", len(rec.Changes), rec.Changes)
	}
	if string(rec.Origin.Plan) != string(before.Origin.Plan) {
		t.Errorf("the plan at the start became %s", rec.Origin.Plan)
	}
	var report fault.Report
	if err := report.UnmarshalJSON(rec.Report); err != nil || report.String() != srv.Report().String() {
		t.Errorf("the report is %s, %v", rec.Report, err)
	}
}

// A server without a test, and without draws, has no more to say than its plan.
func TestRecordingWithoutATest(t *testing.T) {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	if o := srv.Recording().Origin; o.Test != "" || o.Rerun != "" || o.Seed != 0 || string(o.Plan) != `{}` {
		t.Errorf("the origin is %+v", o)
	}
}
