package explore

import (
	"path/filepath"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A find leaves the recording of a run that it breaks, with the plan, and from that a search finds it at once.
func TestFindLeavesARecording(t *testing.T) {
	files := t.TempDir()
	t.Setenv("FAKEWIRE_ARTIFACTS", files)
	first := explored(t, "TestClient", filepath.Join(t.TempDir(), "testdata"), trusting, nil)
	file := filepath.Join(files, "TestClient.jsonl")
	wantWords(t, first.said(), "found by plan", file)
	rec, err := transcript.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := fault.ParsePlan(rec.Origin.Plan)
	if err != nil || len(plan.Rules) == 0 || len(rec.Transcript.Faults()) == 0 || rec.Origin.Test != "TestClient" || rec.Origin.Rerun == "" {
		t.Errorf("%s is of %+v, %v:\n%v", file, rec.Origin, err, rec.Transcript)
	}
	var report fault.Report
	if err := report.UnmarshalJSON(rec.Report); err != nil || report.Verify() != nil {
		t.Errorf("its report is %s, %v", rec.Report, err)
	}

	led := explored(t, "TestClient", filepath.Join(t.TempDir(), "testdata"), trusting, func(cfg *Config) { cfg.Failed = file })
	wantWords(t, led.said(), "found by plan 1, in wave 0")

	t.Setenv("FAKEWIRE_ARTIFACTS", "")
	plain := explored(t, "TestClient", filepath.Join(t.TempDir(), "testdata"), trusting, nil)
	wantWords(t, plain.said(), "found by plan")
	if left, err := filepath.Glob(filepath.Join(files, "*")); err != nil || len(left) != 4 { // of each run JSONL and HTML
		t.Errorf("%q are left, %v", left, err)
	}
}
