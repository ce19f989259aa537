package explore

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// Plans that are kept: each is told from the others by its offset.
func keptAt(n int64) fault.Plan {
	p := only(fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(n))
	p.Comment = bug.comment() + "\nIt broke the client in 100 of 100."
	return p
}

// writePlan writes a plan into a folder.
func writePlan(t *testing.T, dir, name string, p fault.Plan) {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".json"), text, 0o666); err != nil {
		t.Fatal(err)
	}
}

// An againCase is what came of kept plans, by their offsets, and what is said of them.
type againCase struct {
	name     string
	results  map[int64]result // of the plans a, b, … in this order of offsets 1, 2, …
	change   func(*search)
	finds    []string // the files
	notes    []string
	accepted int
	over     bool
}

var (
	breaks  = result{Fired: true, Breaches: []Breach{bug}}
	panics  = result{Fired: true, Breaches: []Breach{{Oracle: Panics, Kind: "index", Text: "index out of range"}}}
	passes  = result{Fired: true}
	misses  = result{}
	refused = result{Refused: "no such thing here"}
	lost    = result{Lost: "it did not end"}
)

// accepting says that the find a is accepted.
func accepting(s *search) { s.cfg.Accepted = map[string]string{"a": "it is issue 7"} }

// oneFind says that the search ends at its first find.
func oneFind(s *search) { s.cfg.All = false }

var againCases = []againCase{
	{"broken", map[int64]result{1: breaks}, nil, []string{"a.json"}, nil, 0, false},
	{"the first of two is enough", map[int64]result{1: breaks, 2: panics}, oneFind, []string{"a.json"}, nil, 0, true},
	{"all of them, when asked", map[int64]result{1: breaks, 2: panics}, nil, []string{"a.json", "b.json"}, nil, 0, false},
	{"the same bug twice", map[int64]result{1: breaks, 2: breaks}, nil, []string{"a.json"}, nil, 0, false},
	{"fixed", map[int64]result{1: passes}, nil, nil, []string{"a.json is fixed: keep it as a regression test"}, 0, false},
	{"one fixed, and one broken", map[int64]result{1: passes, 2: breaks}, oneFind, []string{"b.json"}, []string{"a.json is fixed"}, 0, true},
	{"out of date", map[int64]result{1: misses}, nil, nil, []string{"a.json is out of date: on this dialogue not all its rules acted"}, 0, false},
	{"refused", map[int64]result{1: refused}, nil, nil, []string{"a.json can't be carried out here: no such thing here"}, 0, false},
	{"without an end", map[int64]result{1: lost}, nil, nil, []string{"a.json did not come to an end: it did not end"}, 0, false},
	{"accepted", map[int64]result{1: breaks}, accepting, nil, []string{"a.json breaks it, which is accepted: it is issue 7"}, 1, false},
	{"accepted, and the search goes on", map[int64]result{1: breaks, 2: panics}, func(s *search) { accepting(s); oneFind(s) },
		[]string{"b.json"}, []string{"a.json breaks it, which is accepted"}, 1, true},
	{"accepted, and the same again is no find", map[int64]result{1: breaks, 2: breaks}, accepting, nil, []string{"a.json breaks it, which is accepted"}, 1, false},
	{"accepted, but fixed", map[int64]result{1: passes}, accepting, []string{"a.json"}, nil, 0, false},
	{"accepted, but it breaks in another way now", map[int64]result{1: panics}, accepting, []string{"a.json", "a.json"}, nil, 0, false},
	{"accepted, and out of date", map[int64]result{1: misses}, accepting, []string{"a.json"}, nil, 0, false},
	{"accepted, and refused here", map[int64]result{1: refused}, accepting, nil, []string{"a.json can't be carried out here"}, 0, false},
	{"no plans left", map[int64]result{1: passes, 2: breaks}, func(s *search) { s.cfg.Plans = 1 }, nil, []string{"a.json is fixed"}, 0, true},
}

func TestAgain(t *testing.T) {
	for _, test := range againCases {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for n := range test.results {
				writePlan(t, dir, string(rune('a'-1+n)), keptAt(n))
			}
			s := pretended(answersOf(), func(p fault.Plan) result { return test.results[p.Rules[0].After.Bytes] })
			s.cfg.Dir = dir
			if test.change != nil {
				test.change(s)
			}
			kept, err := s.cfg.kept()
			if err != nil {
				t.Fatal(err)
			}
			notes, err := s.again(t.Context(), kept)
			if over(err) != nil || errors.Is(err, errOver) != test.over {
				t.Errorf("it returned %v, want the search to be over: %t", err, test.over)
			}
			var files []string
			for _, f := range s.finds {
				files = append(files, filepath.Base(f.Kept))
			}
			if !slices.Equal(files, test.finds) {
				t.Errorf("the finds are %q, want %q", files, test.finds)
			}
			if len(notes) != len(test.notes) {
				t.Errorf("the notes are %q, want %q", notes, test.notes)
			}
			wantWords(t, strings.Join(notes, "\n"), test.notes...)
			if len(s.accepted) != test.accepted {
				t.Errorf("accepted are %v, want %d", s.accepted, test.accepted)
			}
		})
	}
}

// What is accepted and does not break the client any more, or not in that way, fails the test, and says what to do.
func TestAgainSaysWhatBecameOfAnAcceptedFind(t *testing.T) {
	for words, r := range map[string]result{
		"a.json does not break it any more: take it off Config.Accepted": passes,
		"a.json does not break it in the way that is accepted":           panics,
		"a.json is out of date": misses,
	} {
		dir := t.TempDir()
		writePlan(t, dir, "a", keptAt(1))
		s := pretended(answersOf(), func(fault.Plan) result { return r })
		s.cfg.Dir = dir
		accepting(s)
		kept, _ := s.cfg.kept()
		if _, err := s.again(t.Context(), kept); err != nil || len(s.finds) == 0 {
			t.Fatalf("%v, finds %v", err, s.finds)
		}
		if f := s.finds[len(s.finds)-1]; f.Breach.Oracle != Accepted || !strings.Contains(f.Breach.Text, words) {
			t.Errorf("got %v, want %q", f.Breach, words)
		}
	}
}

// Kept plans are tried by everybody: on each shard, and before the plans to begin with.
func TestAgainIsOnEachShard(t *testing.T) {
	dir := t.TempDir()
	for n := range int64(8) {
		writePlan(t, dir, fmt.Sprint("plan", n), keptAt(n))
	}
	for i := range 4 {
		s := pretended(answersOf(), func(fault.Plan) result { return passes })
		s.cfg.Dir, s.cfg.First, s.shard = dir, []fault.Plan{keptAt(11), keptAt(12)}, shard{i, 4}
		kept, err := s.cfg.kept()
		if err != nil {
			t.Fatal(err)
		}
		notes, err := s.again(t.Context(), kept)
		if err != nil || len(notes) != 8 || strings.Contains(strings.Join(notes, "\n"), "out of date") {
			t.Errorf("shard %v says %q, %v; want all eight fixed", s.shard, notes, err)
		}
		for k, p := range s.order[:8] {
			if p.Rules[0].After.Bytes != int64(k) {
				t.Errorf("shard %v tried %v as its plan %d", s.shard, textOfRules(p), k)
			}
		}
	}
}

// A find that breaks the client in some runs only is not said to be fixed after one that passes.
func TestAgainTriesAFlakyFindUntilItIsProved(t *testing.T) {
	for _, test := range []struct {
		rate   Rate
		breaks int // in which run; 0: in none
		runs   int
		note   string
	}{
		{Rate{100, 100}, 0, 1, "is fixed"},
		{Rate{37, 100}, 0, 7, "is fixed"},
		{Rate{37, 100}, 7, 7, ""}, // it need not be seen again: it was when it was kept
		{Rate{37, 100}, 8, 7, "is fixed"},
		{Rate{1, 100}, 0, memoryConfirmations, "is fixed"},
	} {
		dir := t.TempDir()
		p := keptAt(1)
		p.Comment = (&Find{Breach: bug, Rate: test.rate}).comment()
		writePlan(t, dir, "a", p)
		runs := 0
		s := pretended(answersOf(), func(fault.Plan) result {
			if runs++; test.breaks > 0 && runs >= test.breaks {
				return breaks
			}
			return passes
		})
		s.cfg.Dir = dir
		kept, err := s.cfg.kept()
		if err != nil {
			t.Fatal(err)
		}
		notes, err := s.again(t.Context(), kept)
		if err != nil || runs != test.runs || strings.Contains(strings.Join(notes, "\n"), "is fixed") != (test.note != "") || len(s.finds) > 0 != (test.note == "") {
			t.Errorf("of one that failed in %v, run %d fails: %d runs, %q, %v, %d finds; want %d, %q", test.rate, test.breaks, runs, notes, err, len(s.finds), test.runs, test.note)
		}
		if s.tally.Plans != 1 {
			t.Errorf("it counts as %d plans, want 1", s.tally.Plans)
		}
	}
}

func TestAgainBeginsWithFirst(t *testing.T) {
	s := pretended(answersOf(), breaksIf(between(12, 12)))
	s.cfg.First = []fault.Plan{keptAt(11), keptAt(12)}
	oneFind(s)
	if _, err := s.again(t.Context(), nil); !errors.Is(err, errOver) {
		t.Errorf("it returned %v", err)
	}
	if len(s.finds) != 1 || s.finds[0].Kept != "" || s.finds[0].At != 2 || s.finds[0].Wave != 0 {
		t.Errorf("the finds are %v, want the second plan", s.finds)
	}
}

func TestAcceptedIsChecked(t *testing.T) {
	dir := t.TempDir()
	writePlan(t, dir, "a", keptAt(1))
	for words, accepted := range map[string]map[string]string{
		`Accepted has "b", and there is no b.json in`: {"b": "why"},
		`Accepted has no reason for "a"`:              {"a": ""},
	} {
		_, err := Config{Dir: dir, Accepted: accepted}.kept()
		wantErr(t, err, words)
		if !errors.Is(err, ErrConfig) {
			t.Errorf("%v is not ErrConfig", err)
		}
	}
}
