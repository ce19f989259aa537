package explore_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/nettest/explore"
	"github.com/fakewire/fakewire/nettest/explore/internal/specimen"
)

// A need is an oracle or a wave, and a specimen that the search does not find without it.
type need struct {
	oracle   explore.Oracle
	wave     int // 0: it is about the oracle
	specimen string
	shownBy  string // a test that shows it with and without, where the specimen would do harm
}

var needs = []need{
	{oracle: explore.Panics, specimen: "short header"},
	{oracle: explore.Hangs, specimen: "no read deadline"},
	{oracle: explore.WrongAnswers, specimen: "one read"},
	{oracle: explore.Recovery, specimen: "only EOF"},
	{oracle: explore.Fussy, specimen: "CR and LF apart"},
	{oracle: explore.SentTwice, specimen: "sends twice"},
	{oracle: explore.Leaks, specimen: "leaky login"},
	{oracle: explore.Storms, specimen: "stormy"},
	{oracle: explore.Spins, specimen: "spinning", shownBy: "TestOraclesOfWhatIsTaken"},
	{oracle: explore.Swells, specimen: "huge frame", shownBy: "TestOraclesOfWhatIsTaken"},
	{oracle: explore.Races, shownBy: "TestCrashThatIsNotAskedAbout"},
	{oracle: explore.Lost, specimen: "first is lost"},
	{oracle: explore.Torn, specimen: "tears lines"},
	{oracle: explore.OutOfOrder, specimen: "requeues"},
	{oracle: explore.SentTwice, specimen: "resends batch"},
	{wave: 1, specimen: "CR and LF apart"},
	{wave: 2, specimen: "stuck writer"},
	{wave: 3, specimen: "empty body"},
	{wave: 4, specimen: "frame length"},
	{wave: 5, specimen: "careless reuse"},
	{wave: 6, specimen: "empty reply"},
}

// String returns what is left out.
func (n need) String() string {
	if n.wave > 0 {
		return fmt.Sprintf("wave %d", n.wave)
	}
	return string(n.oracle)
}

func (n need) name() string { return fmt.Sprintf("%v for %s", n, n.specimen) }

// leaveOut leaves it out of a search.
func (n need) leaveOut(cfg *explore.Config) {
	if n.wave > 0 {
		*cfg = cfg.WithoutWave(n.wave)
		return
	}
	cfg.Without = append(cfg.Without, n.oracle)
}

// specimenOf returns the specimen of that name.
func specimenOf(t *testing.T, name string) specimen.Specimen {
	t.Helper()
	all := specimen.All()
	i := slices.IndexFunc(all, func(s specimen.Specimen) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("there is no specimen %q", name)
	}
	return all[i]
}

// With each oracle and each wave the search finds a client that it does not find without it. That it does not is tried on somewhat more
// plans than it takes with it, and with FAKEWIRE_SPECIMENS=all on 300.
func TestNeededIsEachOracleAndEachWave(t *testing.T) {
	t.Parallel()
	const further = 20
	abreast(t, needs, need.name, func(t *testing.T, i int, n need) {
		if n.shownBy != "" {
			t.Skip(n.shownBy)
		}
		if underRace && !everything() && i%share > 0 { // what is needed is so without the race detector
			t.Skip("some are enough under the race detector")
		}
		s := specimenOf(t, n.specimen)
		with, err := try(t, s, nil)
		if err != nil || len(with.Finds) == 0 {
			t.Fatalf("%v: it is not found at all: %v", with.Tally, err)
		}
		f := with.Finds[0]
		if n.wave > 0 && f.Wave != n.wave || n.wave == 0 && f.Breach.Oracle != n.oracle {
			t.Errorf("with %v it is found by plan %d in wave %d as %v", n, f.At, f.Wave, f.Breach)
		}
		without, err := try(t, s, func(cfg *explore.Config) {
			n.leaveOut(cfg)
			if !everything() {
				cfg.Plans = min(f.At+further, maxPlans)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range without.Finds {
			t.Errorf("without %v it is found, too, by plan %d in wave %d: %v", n, f.At, f.Wave, f.Breach)
		}
		if n.wave > 0 && without.Tally.Waves[n.wave].Plans > 0 {
			t.Errorf("without %v there are plans of it: %v", n, without.Tally.Waves)
		}
	})
}

// A row is missing where an oracle or a wave has none.
func TestNeededHasARowForEach(t *testing.T) {
	for _, o := range explore.Oracles {
		if !slices.ContainsFunc(needs, func(n need) bool { return n.oracle == o }) {
			t.Errorf("the oracle %q has no row", o)
		}
	}
	for w := 1; w < explore.Waves; w++ {
		if !slices.ContainsFunc(needs, func(n need) bool { return n.wave == w }) {
			t.Errorf("wave %d has no row", w)
		}
	}
	for _, n := range needs {
		if n.specimen == "" {
			continue
		}
		if s := specimenOf(t, n.specimen); n.wave == 0 && s.Want != n.oracle {
			t.Errorf("%q is to be accused of %q, and not of %q", s.Name, s.Want, n.oracle)
		}
	}
}

// tableOfNeeds is the table as doc.go has it.
func tableOfNeeds(t *testing.T) string {
	var b strings.Builder
	row := func(cells ...any) { fmt.Fprintf(&b, "//\t%-12v  %s\n", cells...) }
	row("without", "a client with this bug goes unfound")
	for _, n := range needs {
		class := "a data race, which the race detector reports in a process of its own"
		if n.specimen != "" {
			class = specimenOf(t, n.specimen).Class
		}
		row(n, class)
	}
	return b.String()
}

// The table in the package's doc is the one that is tested; -update writes it.
func TestNeededIsInTheDoc(t *testing.T) {
	const file, begins, ends = "doc.go", "//\twithout ", "//\n"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begins)
	if !ok {
		t.Fatalf("%s has no line that begins with %q", file, begins)
	}
	table, after, _ := strings.Cut(begins+rest, ends)
	want := tableOfNeeds(t)
	if table == want {
		return
	}
	if flag.Lookup("update").Value.String() != "true" {
		t.Errorf("%s has another table (-update writes it):\n%s\nwant\n%s", file, table, want)
	} else if err := os.WriteFile(file, []byte(before+want+ends+after), 0o666); err != nil {
		t.Error(err)
	}
}
