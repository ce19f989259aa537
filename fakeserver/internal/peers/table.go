package peers

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/proxytable"
)

// results are what each row of a peer says, by the row's name: nil if it holds.
type results map[string]error

// run runs all rows with p in between, several at once.
func run(p peer) results {
	w := proxytable.TCP()
	w.Patience = 5 * time.Second // most rows that fail do so by waiting in vain
	var (
		mu  sync.Mutex // guards got
		got = results{}
		wg  sync.WaitGroup
	)
	atOnce := make(chan struct{}, 8)
	for _, row := range proxytable.Rows() {
		wg.Go(func() {
			atOnce <- struct{}{}
			defer func() { <-atOnce }()
			err := row.Run(w, p.start)
			mu.Lock()
			defer mu.Unlock()
			got[row.Name] = err
		})
	}
	wg.Wait()
	return got
}

// cell is what the file says of a row of p, without what may vary.
func (p peer) cell(row string, err error) string {
	var failure *proxytable.Failure
	switch {
	case p.varies[row] != "":
		return "varies: " + p.varies[row]
	case err == nil:
		return "holds"
	case errors.As(err, &failure):
		return failure.Saw
	default:
		return "ERROR " + err.Error()
	}
}

// markdown is the file: a table of what holds, and how the rest fails.
func markdown(got map[string]results) string {
	var b strings.Builder
	b.WriteString("# What survives a proxy\n\n" +
		"The rows are those of [proxytable](../proxytable/), where each also says why it matters. With nothing in between they all hold.\n" +
		"Written by `FAKEWIRE_UPDATE=1 go test -run TestPeersAreInTheirFile .` on Linux.\n\n")
	b.WriteString("| the row | must hold |")
	for _, p := range all {
		fmt.Fprintf(&b, " %s |", p.name)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(all)) + "\n")
	for _, row := range proxytable.Rows() {
		fmt.Fprintf(&b, "| %s | %s |", row.Name, row.Must)
		for _, p := range all {
			word, _, _ := strings.Cut(p.cell(row.Name, got[p.name][row.Name]), ":")
			if word != "holds" && word != "varies" {
				word = "**fails**"
			}
			fmt.Fprintf(&b, " %s |", word)
		}
		b.WriteString("\n")
	}
	for _, p := range all {
		p.section(&b, got[p.name])
	}
	return b.String()
}

func (p peer) section(b *strings.Builder, got results) {
	holds := 0
	var lines strings.Builder
	for _, row := range proxytable.Rows() {
		if cell := p.cell(row.Name, got[row.Name]); cell == "holds" {
			holds++
		} else {
			fmt.Fprintf(&lines, "- %s: %s\n", row.Name, cell)
		}
	}
	fmt.Fprintf(b, "\n## %s\n\n%s%s (%s): %s. %d of %d rows hold.\n", p.name, p.module, version(p.module), p.license, p.how, holds, len(got))
	if lines.Len() > 0 {
		fmt.Fprintf(b, "\n%s", lines.String())
	}
}

// version is that which go.mod has, after a blank; of the module that is tested, none.
func version(module string) string {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		return " " + err.Error()
	}
	_, after, _ := strings.Cut(string(text), "\t"+module+" ")
	version, _, _ := strings.Cut(after, "\n")
	if strings.HasPrefix(version, "v0.0.0-0001") {
		return ""
	}
	return " " + version
}
