package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A new fault must be in the list that JSON knows.
func TestFaultsAreAllListed(t *testing.T) {
	want := sealedTypes(t)
	var got []string
	for _, f := range faults {
		got = append(got, reflect.TypeOf(f).Name())
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("faults in json.go lists\n\t%v, want the types with a method sealed:\n\t%v", got, want)
	}
	kinds := kindNames()
	slices.Sort(kinds)
	if len(slices.Compact(kinds)) != len(faults) {
		t.Errorf("two faults have the same kind: %v", kinds)
	}
}

// sealedTypes returns the types of the package that have a method sealed, sorted.
func sealedTypes(t *testing.T) []string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "sealed" {
				names = append(names, fmt.Sprint(f.Recv.List[0].Type))
			}
		}
	}
	slices.Sort(names)
	return names
}

func TestPlanSurvivesJSON(t *testing.T) {
	m := newPlanMaker(1, false)
	seen := map[string]int{}
	for range 2000 {
		plan := m.plan()
		text := saved(t, plan)
		back := loaded(t, text)
		if !reflect.DeepEqual(plan, back) {
			t.Fatalf("a plan changed:\n%#v\n%s\n%#v", plan, text, back)
		}
		if again := saved(t, back); again != text {
			t.Fatalf("saved again:\n%s\nwant\n%s", again, text)
		}
		for _, r := range plan.Rules {
			seen[r.Fault.Kind()]++
		}
	}
	for _, kind := range kindNames() {
		if seen[kind] < 50 {
			t.Errorf("%s was in %d plans only", kind, seen[kind])
		}
	}
}

// Package json indents and escapes what MarshalJSON gives it.
func TestPlanSurvivesPackageJSON(t *testing.T) {
	m := newPlanMaker(2, false)
	for range 500 {
		plan := m.plan()
		text, err := json.MarshalIndent(struct{ Plan *Plan }{&plan}, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		var back struct{ Plan Plan }
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%v of\n%s", err, text)
		}
		if !reflect.DeepEqual(plan, back.Plan) {
			t.Fatalf("a plan changed:\n%#v\n%s\n%#v", plan, text, back.Plan)
		}
	}
}

func TestRuleSurvivesJSON(t *testing.T) {
	m := newPlanMaker(3, false)
	for range 500 {
		rule, back := m.rule(), Rule{Name: "to be replaced", Limit: 7}
		text, err := rule.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(rule, back) {
			t.Fatalf("%#v came back as %#v, %v", rule, back, err)
		}
	}
}

func TestPlanInJSONIsReadable(t *testing.T) {
	want := `{"comment":"Everything.\nTwice.","seed":"0x9e3779b97f4a7c15","rules":[` +
		`{"name":"cut","fault":{"kind":"reset"},"direction":"to-client","conns":{"only":[1]},"after":{"bytes":3,"match":"PONG"}},` +
		`{"fault":{"kind":"latency","delay":"20ms","jitter":"1.5ms","distribution":"normal"},"direction":"from-client","conns":{"from":2},"until":{"time":"1m0s"}},` +
		`{"fault":{"kind":"stall","for":"1m30s"},"direction":"on-accept","probability":0.25,"demand":"must-hit"},` +
		`{"fault":{"kind":"replace","oldBase64":"AA==","new":"zero"},"direction":"to-client","after":{"matchBase64":"//4="},"limit":2,"demand":"need-not-fire"},` +
		`{"fault":{"kind":"corrupt","bits":[0,9]},"direction":"to-client","after":{"time":"1s"},"until":{"bytes":1048576}},` +
		`{"fault":{"kind":"loss","rate":0.125},"direction":"from-client","after":{"datagrams":10},"until":{"datagrams":5}},` +
		`{"fault":{"kind":"stall","for":"1s"},"direction":"to-client","after":{"match":"GET","matchIn":"from-client","nth":2,"every":true,"plus":4}},` +
		`{"fault":{"kind":"close"},"direction":"to-client","after":{"writes":3}},` +
		`{"fault":{"kind":"down","for":"1s"},"direction":"at-start"},` +
		`{"fault":{"kind":"blackhole"},"direction":"from-client","containsBase64":"AA==","after":{"match":"query","every":true},"until":{"datagrams":1}},` +
		`{"fault":{"kind":"fail-accept","errno":"ENFILE"},"direction":"on-accept","limit":3}]}`
	if got := saved(t, handmade); got != want {
		t.Errorf("MarshalJSON =\n%s, want\n%s", got, want)
	}
	if got := saved(t, Plan{}); got != "{}" {
		t.Errorf("MarshalJSON of nothing = %s", got)
	}
}

func TestSeedsSurviveReadersOfFloats(t *testing.T) {
	for seed, want := range map[uint64]string{
		42:             `{"seed":42}`,
		1 << 53:        `{"seed":9007199254740992}`,
		1<<53 + 1:      `{"seed":"0x20000000000001"}`,
		math.MaxUint64: `{"seed":"0xffffffffffffffff"}`,
	} {
		text := saved(t, Plan{Seed: seed})
		var floats map[string]any
		if err := json.Unmarshal([]byte(text), &floats); err != nil {
			t.Fatal(err)
		}
		through, err := json.Marshal(floats)
		if err != nil {
			t.Fatal(err)
		}
		if got := loaded(t, string(through)); text != want || got.Seed != seed {
			t.Errorf("seed %d is %s, want %s, and comes back as %d", seed, text, want, got.Seed)
		}
	}
	for _, text := range []string{`{"seed": 18446744073709551615}`, `{"seed": "0xFFFFffffFFFFffff"}`} {
		if got := loaded(t, text); got.Seed != math.MaxUint64 {
			t.Errorf("seed of %s is %d", text, got.Seed)
		}
	}
}

func TestMarshalRefusesPlansWithoutJSON(t *testing.T) {
	type stranger struct{ Reset }
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{ToClient(nil).Named("x"), "rule 2 (x): Fault is nil"},
		{ToClient((*Reset)(nil)), "rule 2: Fault is a nil pointer"},
		{ToClient(stranger{}), "rule 2: Fault is a fault.stranger, which is no fault of this package"},
		{Rule{Fault: Reset{}, Direction: 7}, "rule 2: direction is 7"},
		{ToClient(Reset{}).AfterMatchIn(ServerStart, "x"), "rule 2: after.matchIn is 128: want FromClient or ToClient"},
		{Rule{Fault: Reset{}, Demand: 9}, "rule 2: demand is 9: want MayMiss, NeedNotFire or MustHit"},
		{ToClient(Reset{}).WithProbability(math.NaN()), "rule 2: probability is NaN"},
		{OnAccept(FailAccept{Errno: syscall.ECONNABORTED}), fmt.Sprintf("rule 2: fault.errno is %d: want EMFILE, ENFILE, ENOBUFS or ENOMEM", syscall.ECONNABORTED)},
		{ToClient(Loss{Rate: math.Inf(-1)}), "rule 2: fault.rate is -Inf"},
		{ToClient(Latency{Distribution: "\xff"}), `rule 2: fault.distribution is "\xff"`},
	} {
		text, err := json.Marshal(Plan{Rules: []Rule{ToClient(Reset{}), tt.rule}})
		if !errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Marshal = %s, %v, want ErrPlan with %q", text, err, tt.want)
		}
	}
	_, err := Rule{Name: "x"}.MarshalJSON()
	if !errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), "rule (x): Fault is nil") {
		t.Errorf("Marshal of a rule = %v", err)
	}
}

func TestMarshalSavesAPointerAsTheFault(t *testing.T) {
	got := loaded(t, saved(t, Plan{Rules: []Rule{ToClient(&Stall{For: time.Second})}}))
	if want := (Stall{For: time.Second}); got.Rules[0].Fault != want {
		t.Errorf("the fault came back as %#v, want %#v", got.Rules[0].Fault, want)
	}
}

func TestParsePlanTakesWhatPeopleMayWrite(t *testing.T) {
	got := loaded(t, `{
		"rules": [
			{"direction": "from-client", "after": {}, "limit": 0, "demand": "may-miss", "fault": {"delay": "+1h.5s", "kind": "slow-close"}}
		]
	}`)
	want := Rule{Fault: SlowClose{Delay: time.Hour + time.Second/2}, Direction: transcript.FromClient}
	if !reflect.DeepEqual(got.Rules, []Rule{want}) {
		t.Errorf("the rules are %#v, want %#v", got.Rules, want)
	}
}
