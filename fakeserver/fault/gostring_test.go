package fault

import (
	"fmt"
	"go/format"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestGoSourceReadsLikeAPersons(t *testing.T) {
	want := `fault.Plan{Comment: "Everything.\nTwice.", Seed: 0x9e3779b97f4a7c15, Rules: []fault.Rule{
	fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(3).AfterMatch("PONG").Named("cut"),
	fault.FromClient(fault.Latency{Delay: 20 * time.Millisecond, Jitter: 1500 * time.Microsecond, Distribution: fault.Normal}).FromConn(2).ForTime(time.Minute),
	fault.OnAccept(fault.Stall{For: 90 * time.Second}).WithProbability(0.25).MustHit(),
	fault.ToClient(fault.Replace{Old: "\x00", New: "zero"}).AfterMatch("\xff\xfe").Times(2).NeedNotFire(),
	fault.ToClient(fault.Corrupt{Bits: []int64{0, 9}}).AfterTime(time.Second).ForBytes(1048576),
	fault.FromClient(fault.Loss{Rate: 0.125}).AfterDatagrams(10).ForDatagrams(5),
	fault.ToClient(fault.Stall{For: time.Second}).AfterMatchIn(transcript.FromClient, "GET").AfterNthMatch(2, "GET").AfterEveryMatch("GET").Plus(4),
	fault.ToClient(fault.Close{}).AfterWrites(3),
	fault.AtStart(fault.Down{For: time.Second}),
	fault.FromClient(fault.Blackhole{}).Containing("\x00").AfterEveryMatch("query").ForDatagrams(1),
	fault.OnAccept(fault.FailAccept{Errno: syscall.ENFILE}).Times(3),
}}`
	if got := fmt.Sprintf("%#v", handmade); got != want {
		t.Errorf("%%#v prints\n%s\nwant\n%s", got, want)
	}
	if got := (Plan{}).GoString(); got != "fault.Plan{}" {
		t.Errorf("no plan is %s", got)
	}
}

// oddPlans have what no JSON has.
var oddPlans = []Plan{
	{Rules: []Rule{}},
	{Rules: []Rule{{}, {Fault: &Stall{For: 1}, Direction: 9}, ToClient((*Reset)(nil)), FromClient(&Loss{Nth: 2})}},
	{Rules: []Rule{ToClient(Loss{Rate: math.NaN()}).WithProbability(math.Inf(-1)), ToClient(Loss{Rate: math.Inf(1)})}},
	{Rules: []Rule{OnAccept(Latency{Delay: math.MinInt64, Jitter: time.Nanosecond})}},
	{Rules: []Rule{AtStart(Down{}).Now(), {Fault: Reset{}, Direction: ServerStart, Demand: 7}}},
	{Rules: []Rule{ToClient(Reset{}).OnConn([]int{}...).AfterMatch("")}},
	{Rules: []Rule{OnAccept(FailAccept{Errno: 5}), ToClient(FailAccept{Errno: syscall.ECONNABORTED})}},
	{Rules: []Rule{{Fault: Reset{}, Direction: toClient, Demand: 7, Limit: 1}}},
	{Rules: []Rule{{Fault: Reset{}, Direction: toClient, After: Trigger{Nth: -2, Every: true, MatchIn: 9, Plus: 3, Bytes: 1}}}},
}

// One program is made of the source of many plans. It prints what they have become.
func TestGoSourceMakesTheSamePlan(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	plans := append([]Plan{{}, handmade}, oddPlans...)
	for _, seed := range []uint64{6, 7} {
		for m := newPlanMaker(seed, seed == 6); len(plans) < int(seed-5)*200; {
			plans = append(plans, m.plan())
		}
	}
	for _, name := range Profiles() {
		p, err := Profile(name, Streams)
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, p)
	}
	lines := strings.Split(strings.TrimSuffix(runPlans(t, plans), "\n"), "\n")
	if len(lines) != len(plans) {
		t.Fatalf("%d plans came back as %d", len(plans), len(lines))
	}
	for i, p := range plans {
		if want := printed(p); lines[i] != want {
			t.Errorf("the source\n%#v\nmakes\n%s\nwant\n%s", p, lines[i], want)
		}
	}
}

// printed is what the program prints of a plan: its JSON, which GoString has no part
// in, and all of its fields, for what JSON does not tell.
func printed(p Plan) string {
	text, err := p.MarshalJSON()
	line := fmt.Sprintf("%s %v %t", text, err, p.Rules == nil)
	for _, r := range p.Rules {
		line += fmt.Sprintf(" %T %q %v %t", r.Fault, fmt.Sprintf("%d %+v %+v", r.Direction, r.After, r.Until), r.Demand, r.Conns.Only == nil)
		if r.Probability != nil {
			line += fmt.Sprint(" ", *r.Probability)
		}
	}
	return line
}

// runPlans runs a program that prints plans made by their source. Its directory lies
// outside of the module; go run makes it see the module of the working directory. The
// compiler takes a fifth of the time where each plan has a function of its own, and
// nothing is inlined there.
func runPlans(t *testing.T, plans []Plan) string {
	t.Helper()
	source, err := os.ReadFile("gostring_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(source), "\nfunc printed(p Plan) string {")
	body, _, _ = strings.Cut(body, "\n}\n")
	var b strings.Builder
	b.WriteString(`package main

import (
	"fmt"
	"math"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

var _ = []any{math.Pi, syscall.EMFILE, time.Second, transcript.Neither}

func printed(p fault.Plan) string {` + body + "\n}\n\nfunc main() {\n\tfor _, plan := range []func() fault.Plan{\n")
	for _, p := range plans {
		fmt.Fprintf(&b, "func() fault.Plan { return %#v },\n", p)
	}
	b.WriteString("\t} {\n\t\tfmt.Println(printed(plan()))\n\t}\n}\n")
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "run", "-gcflags=-l", file).CombinedOutput()
	if err != nil {
		t.Fatalf("go run: %v\n%.4000s", err, out)
	}
	return string(out)
}

func TestGoSourceIsFormatted(t *testing.T) {
	m := newPlanMaker(8, false)
	for range 300 {
		source := "package p\n\nvar plan = " + m.plan().GoString() + "\n"
		formatted, err := format.Source([]byte(source))
		if err != nil || string(formatted) != source {
			t.Fatalf("gofmt changes\n%s\nto\n%s\n%v", source, formatted, err)
		}
	}
}

func TestGoSourceOfDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Hour:               "time.Hour",
		90 * time.Minute:        "90 * time.Minute",
		20 * time.Millisecond:   "20 * time.Millisecond",
		1500 * time.Millisecond: "1500 * time.Millisecond",
		-time.Second:            "-1 * time.Second",
		1:                       "1 * time.Nanosecond",
	} {
		if got := goDuration(d); got != want {
			t.Errorf("goDuration(%v) = %s, want %s", d, got, want)
		}
	}
}

// A fault of another package, made by embedding, must not make GoString panic.
func TestGoSourceOfAStrangersFault(t *testing.T) {
	type stranger struct{ Reset }
	for _, f := range []Fault{stranger{}, &stranger{}, (*stranger)(nil)} {
		r := Rule{Fault: f, Direction: transcript.ToClient}
		if got := r.GoString(); !strings.HasPrefix(got, "fault.ToClient(") {
			t.Errorf("GoString = %s", got)
		}
	}
}
