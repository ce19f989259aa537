package artifact

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// A Row is what a summary says of a server.
type Row struct {
	Server string
	Rules  []string // with what became of them
	File   string   // a path; empty: there is none
}

// Limits of what one test adds to a summary, which GitHub refuses as a whole beyond a mebibyte.
const (
	maxRows       = 16
	maxRules      = 8 // of a row
	maxCell       = 200
	maxSummary    = 1 << 20
	summaryMargin = 64 << 10 // for what other tools write
)

// Summarize adds a table about a test that failed to the summary that GitHub shows of a step: $GITHUB_STEP_SUMMARY names the
// file; without that it does nothing, and neither where the summary has no room left. The table is one write at the
// file's end, so that those of several processes don't mix.
func Summarize(test string, rows []Row) error {
	name := os.Getenv("GITHUB_STEP_SUMMARY")
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	text := summary(test, rows)
	if info, err := f.Stat(); err != nil || info.Size()+int64(len(text)) > maxSummary-summaryMargin {
		return err
	}
	if _, err = f.WriteString(text); err != nil {
		return err
	}
	return f.Close()
}

// summary returns the table.
func summary(test string, rows []Row) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n**%s** failed\n\n| server | rules and what became of them | recording |\n|---|---|---|\n", cell(test))
	for i, r := range rows {
		if i == maxRows {
			fmt.Fprintf(&b, "| … and %d more | | |\n", len(rows)-i)
			break
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", cell(r.Server), rulesCell(r.Rules), cell(besideWorkspace(r.File)))
	}
	return b.String() + "\n"
}

func rulesCell(rules []string) string {
	var all []string
	for i, r := range rules {
		if i == maxRules {
			all = append(all, fmt.Sprintf("… and %d more", len(rules)-i))
			break
		}
		all = append(all, cell(r))
	}
	return strings.Join(all, "<br>")
}

// besideWorkspace returns a path as it is in the job's workspace, from where its files are uploaded.
func besideWorkspace(path string) string {
	if root := os.Getenv("GITHUB_WORKSPACE"); root != "" && path != "" {
		if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
			path = rel
		}
	}
	return filepath.ToSlash(path)
}

// cell returns text as Markdown that shows just that, on one line, whatever it is: what may mean something
// is a reference to the character.
func cell(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if n++; n > maxCell {
			b.WriteString("…")
			break
		}
		switch {
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r), strings.ContainsRune(" .,;/()%", r):
			b.WriteRune(r)
		case unicode.IsPrint(r):
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}
