package scenarios_test

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

func TestArtifactIsTheWholeRecord(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "anew")
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("FAKEWIRE_ARTIFACTS", relative)
	c := reference.OneRead("PONG", within)
	c.Handler = fakeserver.Reply{Data: "PONG"}
	err = scenarios.RunInMemory(t.Context(), t, scenarios.ReassemblesSplitReplies, always(c))
	if err == nil {
		t.Fatal("the promise was kept")
	}
	named := regexp.MustCompile(`the whole record: (.*reassembles_split_replies\.jsonl)\n`).FindStringSubmatch(err.Error())
	if named == nil {
		t.Fatalf("no file is named:\n%v", err)
	}
	rec, readErr := transcript.ReadFile(named[1])
	if readErr != nil || filepath.Dir(named[1]) != dir || !strings.HasPrefix(string(rec.Transcript.ToClient()), "P") || rec.Origin.Plan == nil {
		t.Errorf("%s: %v\n%v", named[1], readErr, rec.Transcript)
	}
	if info, err := os.Stat(named[1]); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o644 {
		t.Errorf("the file's mode is %v, %v; want it readable by all", info.Mode(), err)
	}

	t.Setenv("FAKEWIRE_ARTIFACTS", named[1]) // a file
	err = scenarios.RunInMemory(t.Context(), t, scenarios.ReassemblesSplitReplies, always(c))
	if err == nil || !strings.Contains(err.Error(), "no record written") {
		t.Errorf("where no directory can be made: %v", err)
	}

	t.Setenv("FAKEWIRE_ARTIFACTS", "")
	err = scenarios.RunInMemory(t.Context(), t, scenarios.ReassemblesSplitReplies, always(c))
	if err == nil || strings.Contains(err.Error(), "record:") || strings.Contains(err.Error(), "record written") {
		t.Errorf("without a directory: %v", err)
	}
}
