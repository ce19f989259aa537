package explore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/explore"
	"github.com/fakewire/fakewire/nettest/explore/internal/specimen"
)

// failedRun writes the recording of what broke a specimen, which does not say what was wrong there, and returns its file, and by
// which plan the search came to it.
func failedRun(t *testing.T, s specimen.Specimen, change func(*transcript.Recording)) (file string, plan int) {
	t.Helper()
	r, err := search(t, s, nil)
	if err != nil || len(r.Finds) == 0 || r.Finds[0].Outcome == nil {
		t.Fatalf("%s: %v, %v", s.Name, r, err)
	}
	rec := transcript.Recording{Transcript: r.Finds[0].Outcome.Transcript}
	if change != nil {
		change(&rec)
	}
	file = filepath.Join(t.TempDir(), "failed.jsonl")
	if err := rec.WriteFile(file); err != nil {
		t.Fatal(err)
	}
	return file, r.Finds[0].At
}

// A recording of a run that failed leads the search to what broke the client there: to a plan among the first, wherever in the dialogue
// that is, and although the recording does not say what went wrong. Of all specimens whose bug lies deep, half are found in a third of the
// plans.
func TestFailedRunLeadsTheSearch(t *testing.T) {
	const deep = 60
	names := []string{"short header", "half is whole", "frame length"}
	if everything() {
		names = nil
		for _, s := range specimen.All() {
			if _, none := needNoFault[s.Name]; !none && !s.Right() && !slices.Contains(isolatedOnly, s.Name) {
				names = append(names, s.Name)
			}
		}
	}
	tried, led := 0, 0
	for _, name := range names {
		s := specimenOf(t, name)
		file, before := failedRun(t, s, nil)
		if before < deep {
			continue
		}
		r, err := search(t, s, func(cfg *explore.Config) { cfg.Failed = file })
		if err != nil || len(r.Finds) == 0 {
			t.Errorf("%s: %v, %v", name, r, err)
			continue
		}
		t.Logf("%s: by plan %d, and with the recording by plan %d", name, before, r.Finds[0].At)
		if tried++; 3*r.Finds[0].At <= before {
			led++
		}
		if !strings.Contains(strings.Join(r.Notes, "\n"), "failed.jsonl first differs from a healthy run: conn 1 ") {
			t.Errorf("%s: nothing is said of where it differs: %q", name, r.Notes)
		}
	}
	if tried < 3 || 2*led < tried {
		t.Errorf("of %d deep ones %d were found in a third of the plans", tried, led)
	}
}

// The plan that the run had is tried first.
func TestFailedRunWithAPlan(t *testing.T) {
	s := specimenOf(t, "frame length")
	plan := fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Overwrite{Bytes: []byte("\xff")}).OnConn(1)}}
	file, _ := failedRun(t, s, func(rec *transcript.Recording) {
		var err error
		if rec.Origin.Plan, err = json.Marshal(plan); err != nil {
			t.Fatal(err)
		}
	})
	t.Setenv("FAKEWIRE_FAILED", file) // no test has to be changed
	r, err := search(t, s, func(cfg *explore.Config) { cfg.Failed = "there is none" })
	if err != nil || len(r.Finds) == 0 || r.Finds[0].At != 1 {
		t.Errorf("%v, %v", r, err)
	}
	if _, err := search(t, s, func(cfg *explore.Config) { cfg.IgnoreEnv, cfg.Failed = true, "" }); err != nil {
		t.Error(err)
	}
}

// What a client says anew each time is no difference.
func TestFailedRunOfAClientThatSaysOtherThings(t *testing.T) {
	var runs atomic.Int64
	body := func(ctx context.Context, w *explore.Wire) error {
		runs.Add(1)
		conn, err := w.DialContext(ctx, "tcp", "")
		if err != nil {
			return err
		}
		defer conn.Close()
		for i := range 3 {
			w.Do("ask", func(context.Context) (any, error) {
				fmt.Fprintf(conn, "%04d says %d\n", runs.Load(), i)
				p := make([]byte, 12)
				n, err := conn.Read(p)
				return n, err
			})
		}
		return nil
	}
	const head = `{"fakewire":1,"network":"tcp"}` + "\n"
	said := `{"seq":1,"at":0,"conn":1,"kind":"accept"}
{"seq":2,"at":0,"conn":1,"direction":"from-client","kind":"data","data":"9999 says 0\n"}
{"seq":3,"at":0,"conn":1,"direction":"to-client","kind":"data","data":"9999 says 0\n"}
`
	reset := `{"seq":4,"at":0,"conn":1,"direction":"to-client","kind":"rst","offset":12}` + "\n"
	for name, test := range map[string]struct{ file, note, first string }{
		"reset":     {head + said + reset + `{"events":4}` + "\n", "the ending differs: FIN in healthy, RST in failed", `"kind":"reset"`},
		"cut off":   {head + said + reset, "was cut off after line 5", `"kind":"reset"`},
		"not ended": {head + said + `{"events":3}` + "\n", "", `"kind":"stall"`},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "failed.jsonl")
			if err := os.WriteFile(file, []byte(test.file), 0o666); err != nil {
				t.Fatal(err)
			}
			cfg := explore.Config{Suite: t, Plans: 3, Failed: file, All: true, IgnoreEnv: true}
			tr, err := explore.Try(t.Context(), cfg, fault.Streams, body)
			if err != nil || len(tr.Plans) == 0 || !strings.Contains(tr.Plans[0], test.first) || !strings.Contains(tr.Plans[0], `"bytes":12`) {
				t.Errorf("the first plans are %q, %v; want one of %s after 12 bytes", tr.Plans, err, test.first)
			}
			if !strings.Contains(strings.Join(tr.Notes, "\n"), test.note) {
				t.Errorf("the notes are %q", tr.Notes)
			}
		})
	}
}

// A recording of a healthy run may be given, too; and where nothing differs, the search says so and begins as without them.
func TestFailedRunBesideAHealthyOne(t *testing.T) {
	s := specimenOf(t, "half is whole")
	file, before := failedRun(t, s, nil)
	r, err := search(t, s, func(cfg *explore.Config) { cfg.Failed, cfg.Healthy = file, file })
	if err != nil || len(r.Finds) == 0 || r.Finds[0].At != before {
		t.Errorf("%v, %v; want what is found without them, by plan %d", r, err, before)
	}
	if !strings.Contains(strings.Join(r.Notes, "\n"), "differs from a healthy run in nothing that passed on the wire") {
		t.Errorf("the notes are %q", r.Notes)
	}
}

// What can't be read, or is of something else, ends the search in words.
func TestFailedRunThatIsNone(t *testing.T) {
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "failed.jsonl")
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return file
	}
	s := specimenOf(t, "half is whole")
	for want, cfg := range map[string]explore.Config{
		"Failed: open none.jsonl":               {Failed: "none.jsonl"},
		"line 1: not a recording":               {Failed: write("hello\n")},
		"is of udp, which is not what":          {Failed: write(`{"fakewire":1,"network":"udp"}` + "\n" + `{"events":0}` + "\n")},
		"its plan: fault: invalid plan":         {Failed: write(`{"fakewire":1,"network":"tcp","plan":{"speed":1}}` + "\n" + `{"events":0}` + "\n")},
		"Healthy is none.jsonl, without Failed": {Healthy: "none.jsonl"},
	} {
		cfg.Suite, cfg.IgnoreEnv, cfg.Handler = t, true, s.Config().Handler
		_, err := explore.Search(t.Context(), cfg, s.Medium, s.Body)
		if !errors.Is(err, explore.ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want ErrConfig with %q", err, want)
		}
	}
}
