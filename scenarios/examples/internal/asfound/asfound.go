// Package asfound holds suites of examples to what a README says was found about
// their subjects. The README has a table for each kind of subject, with a line for each
// promise and a column for each subject:
//
//	| promise | net/smtp |
//	|---|---|
//	| reports a reset | broken |
//
// A promise is "kept"; "broken"; "sometimes" broken, where it depends on which of two
// goroutines is first; or "–", if the subject does not have what the promise is about. Another
// table says how the broken ones show, in words of Run's error, and why:
//
//	| subject | promise | what shows it | why |
//	|---|---|---|---|
//	| net/smtp | reports a reset | `want an error` | … |
package asfound

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/fakewire/fakewire/scenarios"
)

// What was found.
const (
	kept      = "kept"
	broken    = "broken"
	sometimes = "sometimes"
	absent    = "–"
)

// Findings are what a README says.
type Findings struct {
	verdicts map[about]string
	evidence map[about]string // of what is broken, always or sometimes
	attached map[string]bool  // the subjects of this suite
	stages   [3][]run         // of what they don't keep
}

// about is a subject's promise, by their names.
type about struct{ subject, promise string }

func (a about) String() string { return a.subject + " " + a.promise }

// A run puts one promise to the test that is not kept.
type run struct {
	about
	do func(ctx context.Context) error
}

// Read reads a README. It panics if that can't be read.
func Read(file string) *Findings {
	text, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	f := &Findings{verdicts: map[about]string{}, evidence: map[about]string{}, attached: map[string]bool{}}
	var head []string
	for line := range strings.Lines(string(text)) {
		cells := cellsOf(line)
		if head == nil || len(cells) != len(head) {
			head = cells
			continue
		}
		f.add(head, cells)
	}
	return f
}

// cellsOf returns the cells of a table's line, or nil.
func cellsOf(line string) []string {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "|") {
		return nil
	}
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i, c := range cells {
		cells[i] = strings.Trim(strings.TrimSpace(c), "`*")
	}
	return cells
}

// add takes a table's line.
func (f *Findings) add(head, cells []string) {
	switch head[0] {
	case "promise":
		if strings.HasPrefix(cells[0], "-") {
			return
		}
		for i, subject := range head[1:] {
			f.verdicts[about{subject, cells[0]}] = cells[i+1]
		}
	case "subject":
		f.evidence[about{cells[0], cells[1]}] = cells[2]
	}
}

// Subject adds a subject that is attached under the given name. It returns true, so that
// it can stand in "var _ =".
func Subject[S scenarios.Subject](f *Findings, name string, subject func() S) bool {
	f.attached[name] = true
	for _, p := range scenarios.Promises[S]() {
		if a := (about{name, p.Name}); f.verdicts[a] != kept {
			n := stage(p.Name)
			f.stages[n] = append(f.stages[n], run{a, func(ctx context.Context) error { return scenarios.Run(ctx, p, subject) }})
		}
	}
	return true
}

// stage returns when a promise is put to the test. Those of a stage run at once, since
// most wait for a subject that hangs. But a busy machine flatters a subject that dials too
// often, or that blocks once it has written enough: these come first.
func stage(promise string) int {
	switch promise {
	case scenarios.NoReconnectStorm.Name:
		return 0
	case scenarios.NeverBlocksItsCaller.Name, scenarios.CloseIsBounded.Name:
		return 1
	}
	return 2
}

// Check puts to the test what the subjects don't keep, and returns an error if the
// README says otherwise.
func (f *Findings) Check(ctx context.Context) error {
	var errs []error
	for _, runs := range f.stages {
		errs = append(errs, f.compareAll(ctx, runs))
	}
	return errors.Join(errs...)
}

func (f *Findings) compareAll(ctx context.Context, runs []run) error {
	var wg sync.WaitGroup
	errs := make([]error, len(runs))
	for i, r := range runs {
		wg.Go(func() { errs[i] = f.compare(r.about, r.do(ctx)) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// CheckInMemory puts a subject that takes a dialer to the test in memory, and fails t where
// the README says otherwise. The promises named in broken it keeps on sockets only.
func CheckInMemory[S scenarios.Subject](t *testing.T, f *Findings, name string, subject func() S, broken ...string) {
	t.Helper()
	for _, p := range scenarios.Promises[S]() {
		err := scenarios.RunInMemory(t.Context(), t, p, subject)
		a := about{name, p.Name}
		switch {
		case slices.Contains(broken, p.Name):
			if !errors.Is(err, scenarios.ErrBroken) {
				t.Errorf("%v: it is not broken in memory: %v", a, err)
			}
		case f.verdicts[a] != kept:
			if err := f.compare(a, err); err != nil {
				t.Error(err)
			}
		case err != nil:
			t.Errorf("%v: the README says that it is kept: %v", a, err)
		}
	}
}

// compare compares what Run returned with what the README says.
func (f *Findings) compare(a about, err error) error {
	shows, listed := f.evidence[a]
	says := f.verdicts[a]
	shown := errors.Is(err, scenarios.ErrBroken) && strings.Contains(err.Error(), shows)
	switch {
	case (says == broken || says == sometimes) != listed:
		return fmt.Errorf("%v: the README says %q, and what shows it: %v", a, says, listed)
	case says == broken && shown, says == sometimes && (shown || err == nil):
		return nil
	case says == absent && errors.Is(err, scenarios.ErrSubject):
		return nil
	case err == nil:
		return fmt.Errorf("%v: it is kept, and the README says %q", a, says)
	default:
		return fmt.Errorf("%v: the README says %q with %q: %w", a, says, shows, err)
	}
}

// CompareReport is for ReportAfterSuite. It fails if a promise is listed with Keeps that
// the README does not call kept, or the other way round. Of a spec that did not run,
// because of a focus or a dry run, it says nothing.
func (f *Findings) CompareReport(report ginkgo.Report) {
	if err := f.compareSpecs(report.SpecReports); err != nil {
		ginkgo.Fail(err.Error())
	}
}

func (f *Findings) compareSpecs(specs types.SpecReports) error {
	var errs []error
	seen := map[about]bool{}
	for _, spec := range specs {
		if len(spec.ContainerHierarchyTexts) == 0 {
			continue
		}
		a := about{spec.ContainerHierarchyTexts[0], spec.LeafNodeText}
		seen[a] = true
		ran, promised := len(spec.ReportEntries) > 0, spec.State != types.SpecStateSkipped
		if ran && promised != (f.verdicts[a] == kept) {
			errs = append(errs, fmt.Errorf("%v: promised is %v, and the README says %q", a, promised, f.verdicts[a]))
		}
	}
	for a, says := range f.verdicts {
		if f.attached[a.subject] && !seen[a] {
			errs = append(errs, fmt.Errorf("%v: the README says %q, and there is no such spec", a, says))
		}
	}
	return errors.Join(errs...)
}
