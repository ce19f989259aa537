package fault

import (
	"errors"
	"strings"
	"testing"
)

func TestPlanNamesTheRuleThatMakesNoSense(t *testing.T) {
	err := Plan{Rules: []Rule{
		ToClient(Reset{}),
		ToClient(Latency{Delay: -1}).Named("slow"),
		FromClient(nil),
		{Fault: Latency{Delay: 1}},
		ToClient(Reset{}).OnConn(0),
		ToClient(Reset{}).AfterBytes(-1),
		ToClient(Reset{}).AfterDatagrams(3),
		ToClient(Reset{}).Named("slow"),
	}}.Validate(Streams)
	if !errors.Is(err, ErrPlan) {
		t.Fatalf("Validate = %v, want ErrPlan", err)
	}
	for _, want := range []string{
		"rule 2 (slow): Delay is -1ns",
		"rule 3 (no fault.FromClient.1): Fault is nil",
		"rule 4 (latency.OnAccept.1): OnAccept is for Reset, Close, Stall, Down, IgnoreDials and FailAccept, not for latency",
		"rule 5 (reset.ToClient.2): OnConn(0)",
		"rule 6 (reset.ToClient.3): AfterBytes(-1)",
		"rule 7 (reset.ToClient.4): AfterDatagrams is for datagrams",
		"rule 8 (slow): rule 2 has that name already",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Validate does not say %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "rule 1") {
		t.Errorf("Validate refuses rule 1, which is fine:\n%v", err)
	}
	wantInvalid(t, Datagrams, FromClient(Loss{Nth: 1}).AfterBytes(1), "AfterBytes is for streams")
	wantInvalid(t, Datagrams, FromClient(Loss{Nth: 1}).AfterDatagrams(-1), "AfterDatagrams(-1)")
}

func TestPlanRefusesANameThatIsAnotherRulesKey(t *testing.T) {
	err := Plan{Rules: []Rule{ToClient(Reset{}), ToClient(Close{}).Named("reset.ToClient.1")}}.Validate(Streams)
	if err == nil || !strings.Contains(err.Error(), "rule 1 has that name already") {
		t.Errorf("Validate = %v, want the name refused", err)
	}
}

func TestPlanDraws(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want bool
	}{
		{ToClient(Reset{}), false},
		{ToClient(Slice{Size: 3}), false},
		{ToClient(Slice{Size: 3, Variation: 1}), true},
		{ToClient(Loss{Nth: 1}), false},
		{ToClient(Loss{Rate: 1}), false},
		{ToClient(Loss{Rate: .5}), true},
		{ToClient(Duplicate{Rate: .5}), true},
		{ToClient(Duplicate{Rate: 1}), false},
		{ToClient(Reorder{Rate: .5}), true},
		{ToClient(Reorder{Rate: 1}), false},
		{ToClient(BurstLoss{P: .5, R: .5}), true},
		{ToClient(Corrupt{Rate: 1}), true}, // the positions
		{ToClient(Corrupt{Bits: []int64{1}}), false},
		{ToClient(Latency{Delay: 1}), false},
		{ToClient(Latency{Delay: 1, Jitter: 1}), true},
		{ToClient(Replace{Old: "x"}), false},
		{ToClient(Blackhole{}), false},
		{ToClient(Reset{}).WithProbability(.5), true},
	} {
		if got := (Plan{Rules: []Rule{tt.rule}}).Draws(); got != tt.want {
			t.Errorf("Draws of %+v = %v, want %v", tt.rule, got, tt.want)
		}
	}
}

func TestPlanTakesPointersToFaults(t *testing.T) {
	g := compile(t, Streams, 1, ToClient(&Hold{Gate: "g"}), FromClient(&Latency{Delay: 2, Jitter: 1}))
	for i, want := range []Fault{Hold{Gate: "g"}, Latency{Delay: 2, Jitter: 1}} {
		if got := g.Plan().Rules[i].Fault; got != want {
			t.Errorf("rule %d has %#v, want %#v", i+1, got, want)
		}
	}
	if !(Plan{Rules: []Rule{ToClient(&Latency{Delay: 2, Jitter: 1})}}).Draws() {
		t.Error("the plan does not draw, by its own account")
	}
	wantInvalid(t, Streams, ToClient((*Reset)(nil)), "rule 1")
	if (Plan{Rules: []Rule{ToClient((*Latency)(nil))}}).Draws() {
		t.Error("a plan without a fault draws")
	}
}

// A comment is for people: what is decided, keys, and which rules go on under another plan hang on
// the rest alone.
func TestPlanCommentChangesNothing(t *testing.T) {
	p := Plan{Seed: 7, Rules: []Rule{ToClient(Slice{Size: 20, Variation: 19}), ToClient(Corrupt{Rate: .5})}}
	decided := func(p Plan) string {
		g := compilePlan(t, Streams, p)
		s := g.Stream(1, toClient)
		wire := fed(s, s.Feed(make([]byte, 5000), 0))
		return wire + "\n" + g.Report().String()
	}
	commented, other := p, p
	commented.Comment, other.Seed = "Two\nlines.", 8
	if got, want := decided(commented), decided(p); got != want {
		t.Errorf("with a comment:\n%s\nwant\n%s", got, want)
	}
	if decided(other) == decided(p) {
		t.Error("nothing is drawn: the test can't tell")
	}
	g := compilePlan(t, Streams, p)
	next, err := g.Replace(commented)
	if err != nil {
		t.Fatal(err)
	}
	if got := next.Report(); len(got.Rules) != 2 || got.Rules[0].Live || got.Rules[1].Live {
		t.Errorf("under a plan with another comment the rules are %+v, want the two that there were", got.Rules)
	}
	if got := next.Plan().Comment; got != commented.Comment {
		t.Errorf("the plan's comment is %q, want %q", got, commented.Comment)
	}
}
