package fakeserver_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A reportTB is a test with a report.
type reportTB struct {
	fakeTB
	entries []string
}

func (t *reportTB) AddReportEntryVisibilityFailureOrVerbose(name string, args ...any) {
	t.entries = append(t.entries, fmt.Sprint(name, args), fmt.Sprintf("%#v", args))
}

// Nothing that a failed test leaves has a secret: not its message, its files, their names, its report and the summary of a step.
func TestAFailedTestLeavesNoSecrets(t *testing.T) {
	const secret = "hunter22"
	dir := t.TempDir()
	summary := filepath.Join(t.TempDir(), "summary.md")
	t.Setenv("FAKEWIRE_ARTIFACTS", dir)
	t.Setenv("GITHUB_STEP_SUMMARY", summary)
	tb := &reportTB{fakeTB: fakeTB{name: "TestLogin"}}
	srv := fakeserver.Start(tb, fakeserver.Config{
		Name: "of " + secret, Handler: fakeserver.Reply{Data: "PONG " + secret}, Redact: transcript.RedactText(secret),
		Faults: fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Hold{Gate: secret}).AfterBytes(2).Named("rule of " + secret)}},
	})
	send(t, dial(t, srv), "login "+secret)
	if err := srv.AwaitHeld(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	tb.failed = true
	tb.end()

	left := map[string]string{"the message": strings.Join(tb.log, "\n"), "the report": strings.Join(tb.entries, "\n")}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, name := range append(files, summary) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		left[name] = name + string(text)
	}
	if len(left) != 5 {
		t.Fatalf("there are %d things, want the message, the report, two files and the summary: %q", len(left), files)
	}
	for what, text := range left {
		if strings.Contains(text, secret) || !strings.Contains(text, "********") && !strings.Contains(text, strings.Repeat("&#42;", 8)) {
			t.Errorf("%s has the secret, or nothing in its place:\n%.3000s", what, text)
		}
	}
}
