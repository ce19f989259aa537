package explore_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/nettest/explore"
	"github.com/fakewire/fakewire/nettest/explore/internal/specimen"
)

// maxPlans is by which plan a specimen with a bug has to be found.
const maxPlans = 300

// A lack is why the search does not find a specimen yet.
type lack struct {
	why string
	// harmful says that the specimen can't be tried as long as that is so: it ends the program, or takes a
	// processor or the memory for good.
	harmful bool
}

// notYet are the specimens that are not found. One that is found is taken off.
var notYet = map[string]lack{
	"panics after close": {why: "it needs no fault, and so it is an error of the body and no find"},
	"greeting unread":    {why: "no Stall ends between the deadline of the greeting and that of the call"},
	"huge frame":         {why: "no oracle looks at memory", harmful: true},
	"spinning":           {why: "no oracle looks at the processor, and in memory a client that spins stops the clock", harmful: true},
	"sends on closed":    {why: "it panics in a goroutine of its own, which only Isolate survives", harmful: true},
}

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

func TestSpecimenWithABugIsFound(t *testing.T) {
	var table strings.Builder
	defer func() { t.Logf("found by the search, in memory:\n%s", &table) }()
	row := func(cells ...any) { fmt.Fprintf(&table, "| %-18v | %5v | %4v | %-12v | %v | %v |\n", cells...) }
	row("subject", "plan", "wave", "oracle", "fails in", "shrunk to")
	for i, s := range specimen.All() {
		lack, lacking := notYet[s.Name]
		if s.Right() || lack.harmful || i%share > 0 {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			r, err := search(t, s, nil)
			switch {
			case lacking && len(r.Finds) > 0 && r.Finds[0].Breach.Oracle == s.Want:
				t.Errorf("it is found by plan %d: take it off notYet", r.Finds[0].At)
			case lacking:
				t.Logf("not found yet: %s (%v, %.100v)", lack.why, r.Tally, err)
				row(s.Name, "–", "–", s.Want, "–", "not yet: "+lack.why)
			case err != nil:
				t.Error(err)
			case len(r.Finds) == 0:
				t.Errorf("%v: nothing was found, want %q: %s", r.Tally, s.Want, s.Why)
			default:
				wantFound(t, s, r.Finds[0])
				f := r.Finds[0]
				row(s.Name, f.At, f.Wave, f.Breach.Oracle, fmt.Sprintf("%d of %d", f.Rate.Broken, f.Rate.Runs), f.Plan.Rules)
			}
		})
	}
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

// TestRightSpecimenIsNotAccused tries 300 plans on each, and FAKEWIRE_PLANS=2000 as many.
func TestRightSpecimenIsNotAccused(t *testing.T) {
	for i, s := range specimen.All() {
		if !s.Right() || i%share > 0 {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			r, err := search(t, s, func(cfg *explore.Config) { cfg.All = true })
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%v", r.Tally)
			if r.Tally.Fired < 100 || r.Tally.Lost > 0 {
				t.Errorf("%v: want 100 plans at least to act, and all trials to end", r.Tally)
			}
			for _, f := range r.Finds {
				t.Errorf("%s\nIt is accused:\n%v", s.Why, f)
			}
		})
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
	for name := range notYet {
		if !names[name] {
			t.Errorf("notYet has %q, which there is not", name)
		}
	}
}
