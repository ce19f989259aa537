package asfound

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/fakewire/fakewire/scenarios"
)

const readme = `
| promise | a client | another |
|---|---|---|
| waits | kept | **broken** |
| sings | – | kept |
| dances | sometimes | kept |

| subject | promise | what shows it | why |
|---|---|---|---|
| another | waits | ` + "`Do hung`" + ` | No clock. |
| a client | dances | ` + "`Do fell`" + ` | A race. |
`

// read returns the findings of a README, with both of its subjects attached.
func read(t *testing.T, text string) *Findings {
	t.Helper()
	file := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f := Read(file)
	f.attached = map[string]bool{"a client": true, "another": true}
	return f
}

func TestCompare(t *testing.T) {
	hung := fmt.Errorf("%w: Do hung", scenarios.ErrBroken)
	for _, c := range []struct {
		Why  string
		of   about
		err  error
		want string // in the error; if empty, none
	}{
		{"as it says", about{"another", "waits"}, hung, ""},
		{"it is kept now", about{"another", "waits"}, nil, "it is kept"},
		{"it shows in another way", about{"another", "waits"}, fmt.Errorf("%w: Do panicked", scenarios.ErrBroken), "Do panicked"},
		{"it was not put to the test", about{"another", "waits"}, fmt.Errorf("%w: Do hung", scenarios.ErrInconclusive), "Do hung"},
		{"it can't be put to the test", about{"a client", "sings"}, scenarios.ErrSubject, ""},
		{"it can be, and is broken", about{"a client", "sings"}, hung, "Do hung"},
		{"a race that was won", about{"a client", "dances"}, nil, ""},
		{"a race that was lost", about{"a client", "dances"}, fmt.Errorf("%w: Do fell", scenarios.ErrBroken), ""},
		{"no race", about{"a client", "dances"}, hung, "Do hung"},
		{"the README does not know it", about{"a client", "flies"}, hung, `says ""`},
	} {
		err := read(t, readme).compare(c.of, c.err)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: compare(%v, %v) = %v, want %q", c.Why, c.of, c.err, err, c.want)
		}
	}
	unlisted, _, _ := strings.Cut(readme, "| another | waits")
	if err := read(t, unlisted).compare(about{"another", "waits"}, hung); err == nil {
		t.Error("compare of what has no evidence in the README = nil")
	}
}

func TestCompareSpecs(t *testing.T) {
	spec := func(subject, promise string, state types.SpecState, ran bool) types.SpecReport {
		s := types.SpecReport{ContainerHierarchyTexts: []string{subject}, LeafNodeText: promise, State: state}
		if ran {
			s.ReportEntries = types.ReportEntries{{}}
		}
		return s
	}
	asItSays := types.SpecReports{
		spec("a client", "waits", types.SpecStatePassed, true), spec("another", "waits", types.SpecStateSkipped, true),
		spec("a client", "dances", types.SpecStateSkipped, true), spec("another", "dances", types.SpecStatePassed, true),
		spec("a client", "sings", types.SpecStateSkipped, true), spec("another", "sings", types.SpecStateSkipped, false),
	}
	f := read(t, readme)
	if err := f.compareSpecs(asItSays); err != nil {
		t.Errorf("compareSpecs of what the README says = %v", err)
	}
	for i, other := range []types.SpecReport{
		spec("a client", "waits", types.SpecStateSkipped, true),
		spec("another", "waits", types.SpecStatePassed, true),
		spec("a client", "flies", types.SpecStatePassed, true),
	} {
		specs := append(types.SpecReports{}, asItSays...)
		specs[i] = other
		if err := f.compareSpecs(specs); err == nil {
			t.Errorf("compareSpecs with %s %s %v = nil", other.ContainerHierarchyTexts, other.LeafNodeText, other.State)
		}
	}
}

func TestCompareAllJoinsErrors(t *testing.T) {
	sure := errors.New("sure")
	f := read(t, readme)
	err := f.compareAll(t.Context(), []run{
		{about{"another", "waits"}, func(context.Context) error { return nil }},
		{about{"a client", "sings"}, func(context.Context) error { return sure }},
	})
	if !errors.Is(err, sure) || !strings.Contains(err.Error(), "it is kept") {
		t.Errorf("compareAll = %v, want both errors", err)
	}
}

func TestLines(t *testing.T) {
	dir := t.TempDir()
	const source = `package p

var _ = scenarios.DescribeTCPClient("one", one,
	scenarios.Keeps())

func one() scenarios.TCPClient {
	return any("x")
}

func any(x string) scenarios.TCPClient { return helper() }

func helper() int {
	return 1
}

var _ = scenarios.DescribeUDPClient("two", func() scenarios.UDPClient { return two })
`
	if err := os.WriteFile(filepath.Join(dir, "p_test.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Lines(dir)
	if want := map[string]int{"one": 6, "two": 1}; err != nil || !maps.Equal(got, want) {
		t.Errorf("Lines = %v, %v, want %v", got, err, want)
	}
}
