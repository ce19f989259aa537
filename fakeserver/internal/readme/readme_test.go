// Package readme tests the README and CONTRIBUTING.
//
// Each go block of the README is a test file that a user could paste into a module of their own, and is run as one. Where a
// text block follows it, the test fails, and prints that. Each sh block holds commands that .ci/run runs to the letter, or
// is how to get the module. Its tables are what the code and the tests of others say.
//
// Of CONTRIBUTING, each file that it names exists, and each function of its trails is declared where it says and used by
// one before it.
package readme

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	// The blocks are compiled by a go command of their own, offline. Importing what they use makes the outer go command
	// download it, and run this test again when it changes.
	_ "github.com/fakewire/fakewire/scenarios"
	_ "github.com/onsi/ginkgo/v2"
	_ "github.com/onsi/gomega"
)

// commands are what the README tells its reader to run.
var commands = []string{
	"go tool ginkgo -v -p .",
	"go test ./...",
	"go -C fakeserver/internal/benchratio run .",
}

func TestEveryBlockRuns(t *testing.T) {
	m := newModule(t)
	blocks, err := extract(m.read(t, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		t.Run(fmt.Sprintf("line %d", b.line), func(t *testing.T) {
			t.Parallel()
			if err := m.check(t, b, commands); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEveryCommandIsShownAndRunByCI(t *testing.T) {
	m := newModule(t)
	blocks, err := extract(m.read(t, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, b := range blocks {
		if b.lang == "sh" {
			shown = append(shown, strings.Split(b.text, "\n")...)
		}
	}
	var steps []string // some of them in a function
	for line := range strings.Lines(m.read(t, ".ci/run")) {
		steps = append(steps, strings.TrimSpace(line))
	}
	for _, command := range commands {
		if !slices.Contains(shown, command) {
			t.Errorf("README.md shows no %q", command)
		}
		isStep := func(line string) bool {
			return line == "step "+command || strings.HasPrefix(line, "step "+command+" -")
		}
		if !slices.ContainsFunc(steps, isStep) {
			t.Errorf(".ci/run has no line %q, with flags or without", "step "+command)
		}
	}
}
