package match_test

import (
	"testing"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	. "github.com/fakewire/fakewire/nettest/match"
)

func report() fault.Report {
	return fault.Report{Rules: []fault.Outcome{
		{Key: "cut", Rule: fault.ToClient(fault.Reset{}).AfterBytes(3).Named("cut"), State: fault.Fired, Count: 2, Conn: 1, Offset: 3},
		{Key: "latency.ToClient.1", Rule: fault.ToClient(fault.Latency{}), State: fault.Armed, Conn: 1},
		{Key: "cut", State: fault.Fired, Count: 1, Conn: 2, Offset: 9, Removed: true},
	}}
}

func TestHaveFired(t *testing.T) {
	for why, tt := range map[string]struct {
		m    types.GomegaMatcher
		want bool
	}{
		"by its name":             {HaveFired("cut"), true},
		"by its key, and did not": {HaveFired("latency.ToClient.1"), false},
		"as often, twice there":   {HaveFired("cut").Times(3), true},
		"not as often":            {HaveFired("cut").Times(2), false},
		"often enough":            {HaveFired("cut").Times(gomega.BeNumerically(">", 1)), true},
		"never":                   {HaveFired("latency.ToClient.1").Times(0), true},
	} {
		t.Run(why, func(t *testing.T) {
			r := report()
			wantMatch(t, r, tt.m, tt.want)
			wantMatch(t, &r, tt.m, tt.want)
			wantSettled(t, r, tt.m)
		})
	}
}

func TestHaveFiredRefusesNonsense(t *testing.T) {
	for words, actual := range wrongActuals() {
		wantMisuse(t, actual, HaveFired("cut"), "HaveFired wants a server", words)
	}
	wantMisuse(t, (*fault.Report)(nil), HaveFired("cut"), "nil *fault.Report")
	wantMisuse(t, newScript("tcp", 0), HaveFired("cut"), "not a *match_test.script")
	wantMisuse(t, report(), HaveFired("cot"), `HaveFired("cot"): there is no such rule`, "cut", "latency.ToClient.1")
	wantMisuse(t, fault.Report{}, HaveFired("cut"), "the plan has no rules")
	wantMisuse(t, report(), HaveFired("cut").Times(1.5), "not a float64")
	wantMisuse(t, report(), HaveFired("cut").Times(gomega.BeEmpty()), "which gets an int")
}

func TestHaveFiredOnARealServer(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.HalfClose{}).AfterBytes(3).Named("cut"),
		fault.ToClient(fault.Reset{}).AfterBytes(9).NeedNotFire(),
	}}})
	cut, never := HaveFired("cut"), HaveFired("reset.ToClient.1")
	wantMatch(t, srv, cut, false)
	wantOpen(t, srv, cut)
	wantOpen(t, srv, HaveFired("yet to come"))
	send(t, dial(t, "tcp", srv), "PING\r\n")
	eventually(t, srv, cut)
	wantSettled(t, srv, cut)
	wantEarly(t, srv, HaveFired("cut").Times(0))
	wantOpen(t, srv, HaveFired("cut").Times(1))
	wantOpen(t, srv, never)
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	wantEarly(t, srv, never)
	wantMisuse(t, srv, HaveFired("yet to come"), "no such rule")
}

// A planned server has a record and a report that are made by hand.
type planned struct{ *script }

func (planned) Report() fault.Report { return report() }

func TestHaveFiredSaysWhatBecameOfTheRules(t *testing.T) {
	s := planned{newScript("tcp", 0).accept(1).receives(1, "PING\r\n")}
	wantMessage(t, "fired", func(g gomega.Gomega) { g.Expect(s).To(HaveFired("latency.ToClient.1")) })
	wantMessage(t, "fired_times", func(g gomega.Gomega) { g.Expect(s).To(HaveFired("cut").Times(1)) })
	wantMessage(t, "fired_not", func(g gomega.Gomega) { g.Expect(report()).NotTo(HaveFired("cut")) })
}
