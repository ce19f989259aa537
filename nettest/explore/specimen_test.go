package explore_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fakewire/fakewire/nettest/explore"
	"github.com/fakewire/fakewire/nettest/explore/internal/specimen"
)

// maxPlans is by which plan a specimen with a bug has to be found.
const maxPlans = 300

// needNoFault are specimens that show their bug on a healthy wire, and what is said of them: nothing is to be
// searched for.
var needNoFault = map[string]string{
	"panics after close": "on a healthy wire at line after close 1: the body panicked: send on closed channel",
}

// isolatedOnly are the specimens that this program would not survive, or not without a processor less, or that are accused only of
// what they do alone: TestSpecimenIsolated finds them.
var isolatedOnly = []string{"spinning", "sends on closed", "huge frame"}

// everything reports whether each specimen is tried, with as many plans as it may take: the search is the same for all of them.
func everything() bool { return os.Getenv("FAKEWIRE_SPECIMENS") == "all" }

// configOf returns the Config by which a specimen is explored.
func configOf(t *testing.T, s specimen.Specimen, change func(*explore.Config)) explore.Config {
	cfg := s.Config()
	cfg.Suite, cfg.Budget, cfg.Plans = t, 5*time.Minute, maxPlans
	if change != nil {
		change(&cfg)
	}
	return cfg
}

// try searches without looking closer at what is found.
func try(t *testing.T, s specimen.Specimen, change func(*explore.Config)) (explore.Trace, error) {
	t.Helper()
	cfg := configOf(t, s, change)
	if s.Open != nil {
		return explore.TryLogger(t.Context(), cfg, s.Medium, s.Open)
	}
	return explore.Try(t.Context(), cfg, s.Medium, s.Body)
}

// search searches as a test of the specimen would.
func search(t *testing.T, s specimen.Specimen, change func(*explore.Config)) (explore.Report, error) {
	t.Helper()
	cfg := configOf(t, s, change)
	if s.Open != nil {
		return explore.SearchLogger(t.Context(), cfg, s.Medium, s.Open)
	}
	return explore.Search(t.Context(), cfg, s.Medium, s.Body)
}

// chosen returns the specimens that are tried, those with a bug or the right ones. What is accused of hanging, or of leaving something,
// comes last: its goroutines can't be ended, and each look at goroutines goes through all of them.
func chosen(right bool) (all []specimen.Specimen) {
	for i, s := range specimen.All() {
		if s.Right() == right && !slices.Contains(isolatedOnly, s.Name) && (everything() || i%share == 0) {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b specimen.Specimen) int { return cmp.Compare(stays(a), stays(b)) })
	return all
}

// stays returns 1 if goroutines of a specimen may stay, and 0 if not.
func stays(s specimen.Specimen) int {
	if s.Want == explore.Hangs || s.Want == explore.Leaks {
		return 1
	}
	return 0
}

// TestRightSpecimenIsNotAccused tries some plans on some, with FAKEWIRE_SPECIMENS=all 300 on each, and with FAKEWIRE_PLANS=2000 as many.
func TestRightSpecimenIsNotAccused(t *testing.T) {
	t.Parallel()
	abreast(t, chosen(true), func(s specimen.Specimen) string { return s.Name }, func(t *testing.T, _ int, s specimen.Specimen) {
		r, err := search(t, s, func(cfg *explore.Config) {
			cfg.All = true
			if !everything() {
				cfg.Plans = few
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v", r.Tally)
		if r.Tally.Fired < few/2 || r.Tally.Lost > 0 && !underRace {
			t.Errorf("%v: want %d plans at least to act, and all trials to end", r.Tally, few/2)
		}
		if r.Tally.Outcomes > (r.Tally.Fired+1)/2 {
			t.Errorf("%v: want most trials to end like others, since by that the search chooses", r.Tally)
		}
		for _, f := range r.Finds {
			t.Errorf("%s\nIt is accused:\n%v", s.Why, f)
		}
	})
}

// abreast runs a subtest for each, as many at once as there are processors. Those that wait for their turn are none
// yet, as with t.Parallel: each would be one more goroutine to go through at each look at goroutines.
func abreast[T any](t *testing.T, all []T, name func(T) string, run func(t *testing.T, i int, one T)) {
	t.Helper()
	var next atomic.Int64
	var over sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(all)) {
		over.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(all); i = int(next.Add(1)) - 1 {
				t.Run(name(all[i]), func(t *testing.T) { run(t, i, all[i]) })
			}
		})
	}
	over.Wait()
}

// TestSpecimenWithABugIsFound tries some specimens, and with FAKEWIRE_SPECIMENS=all each.
func TestSpecimenWithABugIsFound(t *testing.T) {
	t.Parallel()
	all := chosen(false)
	rows := make([]string, len(all))
	abreast(t, all, func(s specimen.Specimen) string { return s.Name }, func(t *testing.T, i int, s specimen.Specimen) { rows[i] = found(t, s) })
	t.Logf("found by the search, in memory:\n%s%s", rowOf("subject", "plan", "wave", "oracle", "fails in", "shrunk to"), strings.Join(rows, ""))
}

func rowOf(cells ...any) string {
	return fmt.Sprintf("| %-18v | %5v | %4v | %-12v | %v | %v |\n", cells...)
}

// found wants a specimen's bug to be found, and returns the specimen's row.
func found(t *testing.T, s specimen.Specimen) (row string) {
	r, err := search(t, s, nil)
	if said, ok := needNoFault[s.Name]; ok {
		if err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("it says %q, want %q", fmt.Sprint(err), said)
		}
		return rowOf(s.Name, 0, 0, s.Want, "each", "no rules")
	}
	switch {
	case err != nil:
		t.Error(err)
	case len(r.Finds) == 0:
		t.Errorf("%v: nothing was found, want %q: %s", r.Tally, s.Want, s.Why)
	default:
		f := r.Finds[0]
		wantFound(t, s, f)
		return rowOf(s.Name, f.At, f.Wave, f.Breach.Oracle, fmt.Sprintf("%d of %d", f.Rate.Broken, f.Rate.Runs), f.Plan.Rules)
	}
	return ""
}

// wantFound wants a find to be the specimen's bug, soon, and small.
func wantFound(t *testing.T, s specimen.Specimen, f *explore.Find) {
	t.Helper()
	if f.Breach.Oracle != s.Want {
		t.Errorf("the first find is a %q, want %q, since %s\n%v", f.Breach.Oracle, s.Want, s.Why, f)
	}
	if f.At > maxPlans {
		t.Errorf("it was found by plan %d, want %d at most", f.At, maxPlans)
	}
	if n := len(f.Plan.Rules); n > 2 {
		t.Errorf("the plan has %d rules, want 2 at most:\n%v", n, f)
	}
}

func TestSpecimensAreThoseThatAreWanted(t *testing.T) {
	names := map[string]bool{}
	broken, right := 0, 0
	for _, s := range specimen.All() {
		if names[s.Name] || s.Name == "" || s.Why == "" {
			t.Errorf("%q: want a name of its own, and why", s.Name)
		}
		names[s.Name] = true
		if (s.Class == "") != s.Right() {
			t.Errorf("%q has the class %q and the oracle %q", s.Name, s.Class, s.Want)
		}
		if (s.Body == nil) == (s.Open == nil) {
			t.Errorf("%q: want a Body or an Open", s.Name)
		}
		if s.Right() {
			right++
		} else {
			broken++
		}
	}
	if broken < 16 || right < 8 {
		t.Errorf("%d have a bug, and %d are right, want 16 and 8 at least", broken, right)
	}
	for _, name := range slices.AppendSeq(slices.Clone(isolatedOnly), maps.Keys(needNoFault)) {
		if !names[name] {
			t.Errorf("there is a case for %q, which there is not", name)
		}
	}
}
