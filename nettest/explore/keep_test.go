package explore

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// aFind returns a find, at a place of its own.
func aFind(at int64) *Find {
	return &Find{
		Plan: only(fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(at)), Breach: bug, Wave: 2, At: 7, Shrinks: 3, Rate: Rate{37, 100},
		Why: []string{"close after each byte from 7 to 13 of the 20 that the server sends on connection 1; not after 6, nor after 14"},
	}
}

func TestKeepWritesAnOrdinaryPlan(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "testdata", "fakewire", "TestClient")
	f := aFind(7)
	path, err := f.Save(dir)
	if err != nil || filepath.Base(path) != "hang-close-to-client-7.json" {
		t.Fatalf("%q, %v", path, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wantGolden(t, "find.json", string(text))
	plan, err := fault.ParsePlan(text)
	if err != nil {
		t.Fatal(err)
	}
	if keyOf(plan) != keyOf(f.Plan) || plan.Comment == "" {
		t.Errorf("it is read as %#v", plan)
	}
	kept, err := load(dir)
	if err != nil || len(kept) != 1 || kept[0].name != "hang-close-to-client-7" {
		t.Fatalf("%v, %v", kept, err)
	}
	if !kept[0].broke(bug) || kept[0].broke(Breach{Oracle: Panics, Kind: "ask"}) || kept[0].broke(Breach{Oracle: Hangs, Kind: "ask 2"}) {
		t.Errorf("it does not know what it broke: %q", kept[0].plan.Comment)
	}
	if kept[0].proof() != 7 {
		t.Errorf("%d runs prove a fix, want 7", kept[0].proof())
	}
}

// A plan by hand has any comment, or none.
func TestKeptPlanByHandMayBreakAnything(t *testing.T) {
	for _, comment := range []string{"", "from production, last Friday", "see issue: 7\nhang: not that"} {
		k := keptPlan{plan: fault.Plan{Comment: comment}}
		if !k.broke(bug) || k.proof() != 1 {
			t.Errorf("%q: broke %t, proof %d", comment, k.broke(bug), k.proof())
		}
	}
}

// What breaks a client may have several lines, and its comment has it in one.
func TestKeptPlanKnowsABreachOfManyLines(t *testing.T) {
	b := Breach{Oracle: Panics, Kind: "panic in ask: first\n\tsecond"}
	k := keptPlan{plan: fault.Plan{Comment: (&Find{Breach: b}).comment()}}
	if !k.broke(b) {
		t.Errorf("%q is not taken for %v", k.plan.Comment, b)
	}
}

func TestKeepWritesNothingTwice(t *testing.T) {
	dir := t.TempDir()
	first, err := aFind(7).Save(dir)
	if err != nil {
		t.Fatal(err)
	}
	again := aFind(7)
	again.Rate, again.Why = Rate{20, 20}, nil
	if path, err := again.Save(dir); err != nil || path != first {
		t.Errorf("the same plan is saved as %s, %v; want %s", path, err, first)
	}
	other := aFind(7)
	other.Plan.Rules[0].Conns.Only = []int{2}
	path, err := other.Save(dir)
	if err != nil || filepath.Base(path) != "hang-close-to-client-7-2.json" {
		t.Errorf("another plan of that name is saved as %s, %v", path, err)
	}
	if kept, err := load(dir); err != nil || len(kept) != 2 {
		t.Errorf("%d are kept, %v; want 2", len(kept), err)
	}
}

func TestKeepNamesFilesForEveryFault(t *testing.T) {
	for want, p := range map[string]fault.Plan{
		"hang-slice-to-client-0":                       only(fault.ToClient(fault.Slice{Size: 1})),
		"hang-reset-0":                                 only(fault.OnAccept(fault.Reset{}).OnConn(1)),
		"hang-close-from-client-2":                     only(fault.FromClient(fault.Close{}).AfterWrites(2)),
		"hang-loss-to-client-3":                        only(fault.ToClient(fault.Loss{Rate: 1}).AfterDatagrams(3)),
		"hang-half-close-to-client-1-exit-to-client-0": {Rules: []fault.Rule{fault.ToClient(fault.HalfClose{}).AfterBytes(1), fault.ToClient(fault.Exit{})}},
	} {
		if got := (&Find{Plan: p, Breach: bug}).name(); got != want {
			t.Errorf("%s: its file is called %s, want %s", textOfRules(p), got, want)
		}
	}
	f := &Find{Plan: only(fault.ToClient(fault.Close{})), Breach: Breach{Oracle: "../no order: 7/8"}}
	if got := f.name(); strings.ContainsAny(got, "/: ") {
		t.Errorf("the file of a Check's find is called %q", got)
	}
}

// Files that are not of the search may be there; one that can't be read says which it is.
func TestKeepInAFolderWithStrangeFiles(t *testing.T) {
	dir := t.TempDir()
	if _, err := aFind(7).Save(dir); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("README.md", "# Finds")
	write("hang.json.orig", "{")
	if err := os.Mkdir(filepath.Join(dir, "folder.json"), 0o777); err != nil {
		t.Fatal(err)
	}
	if kept, err := load(dir); err != nil || len(kept) != 1 {
		t.Fatalf("%d are kept, %v; want 1", len(kept), err)
	}
	for text, words := range map[string]string{
		`{"rules": [{"fault": "close"`:  "cut.json",
		"":                              "cut.json",
		`{"rules": [], "color": "red"}`: "color",
		`[]`:                            "cut.json",
		`{"rules": [{"fault": {"kind": "no-such"}}]}`: "cut.json",
	} {
		write("cut.json", text)
		_, err := load(dir)
		wantErr(t, err, words, "cut.json")
		_, err = Search(t.Context(), Config{Dir: dir}, fault.Streams, nil)
		wantErr(t, err, "cut.json")
		if !errors.Is(err, ErrConfig) {
			t.Errorf("%v is not ErrConfig", err)
		}
		if _, err := aFind(9).Save(dir); err == nil {
			t.Error("a find is saved beside a file that can't be read, which would end the next search")
		}
	}
}

func TestKeepIsToldOfFilesThatCantBeRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := load(file); err == nil {
		t.Error("a file was taken for a folder")
	}
	if all, err := load(filepath.Join(t.TempDir(), "none")); err != nil || all != nil {
		t.Errorf("no folder: %v, %v; want none, and no error", all, err)
	}
}

func TestKeepInAFolderOfItsTest(t *testing.T) {
	for test, want := range map[string]string{
		"TestClient":                             "testdata/fakewire/TestClient",
		"TestClient/over_TLS":                    "testdata/fakewire/TestClient/over_TLS",
		"TestClient/over_TLS#01":                 "testdata/fakewire/TestClient/over_TLS_01",
		"a client, on any wire":                  "testdata/fakewire/a_client_on_any_wire",
		"TestClient/..":                          "testdata/fakewire/TestClient/test",
		"TestClient/über":                        "testdata/fakewire/TestClient/ber",
		"TestClient/" + strings.Repeat("x", 300): "testdata/fakewire/TestClient/" + strings.Repeat("x", 80),
	} {
		got := filepath.ToSlash(dirOf(Config{}, test))
		if got != want && !strings.HasPrefix(got, want+"_") {
			t.Errorf("the finds of %q are in %s, want %s or that with a sum", test, got, want)
		}
	}
	if got := dirOf(Config{Dir: "elsewhere"}, "TestClient"); got != "elsewhere" {
		t.Errorf("got %s", got)
	}
	// Names that differ in what is taken out have folders of their own.
	names := []string{"TestA/a b", "TestA/a_b", "TestA/a#b", "TestA/a?b", "TestA/äb", "TestA/öb", "TestA/ab"}
	var dirs []string
	for _, name := range names {
		dirs = append(dirs, dirOf(Config{}, name))
	}
	slices.Sort(dirs)
	if len(slices.Compact(dirs)) != len(names)-1 { // "a b" is written "a_b" by package testing
		t.Errorf("the folders of %q are %q", names, dirs)
	}
}
