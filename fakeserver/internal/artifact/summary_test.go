package artifact_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/artifact"
)

// summarize adds to a summary, and returns it.
func summarize(t *testing.T, test string, rows ...artifact.Row) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "summary.md")
	t.Setenv("GITHUB_STEP_SUMMARY", file)
	if err := artifact.Summarize(test, rows); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSummarize(t *testing.T) {
	t.Setenv("GITHUB_WORKSPACE", filepath.FromSlash("/work/space"))
	got := summarize(t, "TestPing",
		artifact.Row{Server: "TestPing (tcp)", Rules: []string{"cut: fired once", "slow: armed"}, File: filepath.FromSlash("/work/space/out/TestPing.jsonl")},
		artifact.Row{Server: "other", File: filepath.FromSlash("/elsewhere/x.jsonl")})
	want := `
**TestPing** failed

| server | rules and what became of them | recording |
|---|---|---|
| TestPing (tcp) | cut&#58; fired once<br>slow&#58; armed | out/TestPing.jsonl |
| other |  | /elsewhere/x.jsonl |

`
	if got != want {
		t.Errorf("the summary is\n%s\nwant\n%s", got, want)
	}
}

// Nothing that a test, a server or a rule is called is Markdown, HTML or a new row.
func TestSummarizeBreaksNoTable(t *testing.T) {
	const evil = "a|b\n| c | **d** <script>`e` [f](http://g) @h #1 \\| ~~i~~ &lt; \x00\xff\u202e :smile: _j_ ![k](l)"
	got := summarize(t, evil, artifact.Row{Server: evil, Rules: []string{evil}, File: evil})
	for line := range strings.Lines(got) {
		if strings.Contains(line, "smile") && !strings.HasPrefix(line, "**") && strings.Count(line, "|") != 4 {
			t.Errorf("a row of three cells is %q", line)
		}
	}
	body := strings.ReplaceAll(strings.ReplaceAll(got, "<br>", ""), "**", "")
	if n := strings.Count(got, "\n"); n != 7 || strings.ContainsAny(body, "<>`[]@\\~!\x00\u202e") || strings.Contains(body, "_") || strings.Contains(body, "://") {
		t.Errorf("%d lines, want 7, and nothing that means something:\n%s", n, got)
	}
}

func TestSummarizeIsShort(t *testing.T) {
	var rows []artifact.Row
	for i := range 40 {
		r := artifact.Row{Server: fmt.Sprint("srv ", i)}
		for range 20 {
			r.Rules = append(r.Rules, strings.Repeat("é", 10000))
		}
		rows = append(rows, r)
	}
	got := summarize(t, strings.Repeat("x", 10000), rows...)
	if len(got) > 64<<10 || !strings.Contains(got, "… and 24 more") || !strings.Contains(got, "<br>… and 12 more") {
		t.Errorf("it has %d bytes:\n%.2000s", len(got), got)
	}
}

// GitHub refuses a summary of more than a mebibyte as a whole.
func TestSummarizeLeavesAFullOneAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "summary.md")
	t.Setenv("GITHUB_STEP_SUMMARY", file)
	for range 20000 {
		if err := artifact.Summarize("TestPing", []artifact.Row{{Server: "TestPing (tcp)"}}); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Size() > 1<<20 || info.Size() < 900<<10 {
		t.Errorf("it has %d bytes, %v; want nearly a mebibyte", info.Size(), err)
	}
}

func TestSummarizeInParallel(t *testing.T) {
	file := filepath.Join(t.TempDir(), "summary.md")
	t.Setenv("GITHUB_STEP_SUMMARY", file)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				if err := artifact.Summarize(fmt.Sprint("Test", i), []artifact.Row{{Server: fmt.Sprint("srv", i)}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	text, _ := os.ReadFile(file)
	for i := range 8 {
		whole := fmt.Sprintf("\n**Test%d** failed\n\n| server | rules and what became of them | recording |\n|---|---|---|\n| srv%d |  |  |\n\n", i, i)
		if n := strings.Count(string(text), whole); n != 20 {
			t.Errorf("%d whole tables of Test%d, want 20", n, i)
		}
	}
}

func TestSummarizeWithoutAFile(t *testing.T) {
	t.Setenv("GITHUB_STEP_SUMMARY", "")
	if err := artifact.Summarize("T", nil); err != nil {
		t.Error(err)
	}
	t.Setenv("GITHUB_STEP_SUMMARY", t.TempDir())
	if err := artifact.Summarize("T", nil); err == nil {
		t.Error("a directory is written to")
	}
}

func TestAttachments(t *testing.T) {
	got := artifact.Attachments("/a/b.jsonl", "", "/a dir/c.html", "/a\n/d", "/a]]/e", "/a[1]/f")
	if want := "[[ATTACHMENT|/a/b.jsonl]]\n[[ATTACHMENT|/a dir/c.html]]\n"; got != want {
		t.Errorf("the lines are\n%s\nwant\n%s", got, want)
	}
}

func TestInCI(t *testing.T) {
	for value, want := range map[string]bool{"": false, "false": false, "0": false, "true": true, "1": true, "jenkins": true} {
		t.Setenv("CI", value)
		if got := artifact.InCI(); got != want {
			t.Errorf("with CI=%q: %v, want %v", value, got, want)
		}
	}
}
