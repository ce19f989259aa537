package explore

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A client that takes the end of the connection for that of an answer.
var trusting = lineClient{patience: right.patience, trustsEOF: true}

// explored explores a client of lines in a test of that name, whose finds are in dir.
func explored(t *testing.T, name, dir string, like lineClient, change func(*Config)) *testTB {
	t.Helper()
	setEnv(t)
	tb := &testTB{name: name}
	cfg := Config{Suite: t, Dir: dir, Plans: 40, Budget: time.Minute}
	if change != nil {
		change(&cfg)
	}
	tb.run(func() { TCP(tb, cfg, asking(like, "apples", "pears", "plums")) })
	return tb
}

// The first time a find fails its test, and is saved. The second time it is tried first, and fails the test again. When the
// client is put right, the log says so.
func TestTCPFindsSavesAndRemembers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "testdata")
	first := explored(t, "TestClient", dir, trusting, nil)
	if !first.Failed() {
		t.Fatalf("nothing was found:\n%s", first.said())
	}
	kept, err := load(dir)
	if err != nil || len(kept) != 1 {
		t.Fatalf("%d are kept, %v; want 1", len(kept), err)
	}
	file := filepath.Join(dir, kept[0].name+".json")
	wantWords(t, first.said(), "wrong answer: ask", "found by plan", "it fails in 100 of 100", "saved as "+file+": it is tried first from now on",
		"to see it again: go test -run '^TestClient$'", "fault.Plan{", "close")

	second := explored(t, "TestClient", dir, trusting, nil)
	if !second.Failed() {
		t.Fatalf("it is not found again:\n%s", second.said())
	}
	wantWords(t, second.said(), "explore: 1 plan, 1 fired", "by the plan in "+file)
	if kept, err := load(dir); err != nil || len(kept) != 1 {
		t.Errorf("%d are kept, %v; want 1", len(kept), err)
	}

	third := explored(t, "TestClient", dir, right, nil)
	if third.Failed() {
		t.Fatalf("a client that was put right fails:\n%s", third.said())
	}
	wantWords(t, third.said(), "40 plans", "0 broken", file+" is fixed: keep it as a regression test")

	accepted := map[string]string{kept[0].name: "it has always been so"}
	fourth := explored(t, "TestClient", dir, trusting, func(cfg *Config) { cfg.Accepted = accepted })
	if fourth.Failed() {
		t.Fatalf("an accepted find fails:\n%s", fourth.said())
	}
	wantWords(t, fourth.said(), "breaks it, which is accepted: it has always been so")

	fifth := explored(t, "TestClient", dir, right, func(cfg *Config) { cfg.Accepted = accepted })
	wantWords(t, strings.Join(fifth.errs, "\n"), "accepted: "+file+" does not break it any more")
}

// Where testdata can't be written, the find goes to the artifacts, and the report says so.
func TestTCPSavesToTheArtifactsWhereItCantElse(t *testing.T) {
	dir := readOnly(t)
	for _, way := range []string{"the test's", "the variable's", "none", "none with -artifacts"} {
		away := t.TempDir()
		setEnv(t)
		t.Setenv("FAKEWIRE_ARTIFACTS", "")
		var tb fakeserver.TB
		told := &testTB{name: "TestClient"}
		tb = told
		switch way {
		case "the test's":
			told.artifacts = away
		case "the variable's":
			t.Setenv("FAKEWIRE_ARTIFACTS", away)
			tb = plainTB{told}
		case "none with -artifacts":
			tb = plainTB{told}
		case "none": // the test's own is gone with the test
			told.artifacts = away
		}
		flag.Set("test.artifacts", strconv.FormatBool(way == "the test's" || way == "none with -artifacts"))
		told.run(func() {
			TCP(tb, Config{Suite: t, Dir: dir, Plans: 40, Budget: time.Minute}, asking(trusting, "apples", "pears", "plums"))
		})
		flag.Set("test.artifacts", "false")
		wantWords(t, told.said(), "note: the find can't be saved in "+dir+", where it would be tried first: ")
		kept, err := load(away)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(way, "none") {
			if len(kept) != 0 || strings.Contains(told.said(), "saved as") {
				t.Errorf("%d are kept:\n%s", len(kept), told.said())
			}
			continue
		}
		if len(kept) != 1 {
			t.Fatalf("%s: %d are kept, want 1:\n%s", way, len(kept), told.said())
		}
		wantWords(t, told.said(), "saved as "+filepath.Join(away, kept[0].name+".json")+": in "+dir+" it would be tried first")
	}
}

// A plainTB has none of a test's optional methods.
type plainTB struct{ fakeserver.TB }

// readOnly returns a folder that is not there, and can't be made.
func readOnly(t *testing.T) string {
	if os.Geteuid() == 0 { // may write everywhere, but for
		if runtime.GOOS != "linux" {
			t.Skip("root may write everywhere")
		}
		return "/proc/fakewire"
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
	return filepath.Join(dir, "fakewire")
}

// What can't be explored fails its test at once, in words.
func TestTCPRefusesWhatCantBeExplored(t *testing.T) {
	tb := explored(t, "TestClient", t.TempDir(), right, func(cfg *Config) { cfg.Within = -1 })
	if len(tb.errs) != 1 || len(tb.logs) != 0 {
		t.Fatalf("got %q, %q", tb.errs, tb.logs)
	}
	wantWords(t, tb.errs[0], "explore: it can't be explored: Within and Deadline are -1ns and 0s")
}

// A search that is interrupted returns the reason, and no report.
func TestSearchHeedsItsContext(t *testing.T) {
	setEnv(t)
	ctx, cancel := context.WithCancel(t.Context())
	trials := 0
	body := asking(right, "apples", "pears")
	_, err := Search(ctx, Config{Suite: t}, fault.Streams, func(ctx context.Context, w *Wire) error {
		if trials++; trials == 10 {
			cancel()
		}
		return body(ctx, w)
	})
	if err != context.Canceled || trials > 20 {
		t.Errorf("%v after %d trials, want context.Canceled soon", err, trials)
	}
}
