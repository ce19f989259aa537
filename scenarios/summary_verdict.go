package scenarios

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// promiseLabel is what tells a promise's spec from others, also if it does not run.
const promiseLabel = "promise"

// promiseEntry is the name of the report entry of a promise's spec.
const promiseEntry = "promise"

// A verdict is what became of a promise.
type verdict string

const (
	kept          verdict = "kept"
	broken        verdict = "broken"
	notPromised   verdict = "not promised"
	notApplicable verdict = "not applicable"
	inconclusive  verdict = "inconclusive"
	invalid       verdict = "invalid"
	failed        verdict = "failed"
	notRun        verdict = "not run"
)

// verdicts are all verdicts, in the order in which the table counts them.
var verdicts = []verdict{kept, broken, inconclusive, invalid, failed, notApplicable, notPromised, notRun}

// verdictOf returns what Run's error means.
func verdictOf(err error) verdict {
	switch {
	case err == nil:
		return kept
	case errors.Is(err, ErrBroken):
		return broken
	case errors.Is(err, ErrSubject):
		return invalid
	}
	return inconclusive
}

// A finding is a line of the reports: what became of one promise of one subject.
// It is plain data, because Ginkgo's processes exchange it as JSON.
type finding struct {
	Subject string
	Promise string
	Verdict verdict
	Memory  bool // it ran in memory

	kind string // "tcp", "udp", "logger"
	file string // of the Describe call; two subjects may have the same text
	line int
}

// String returns the finding for people.
func (f finding) String() string {
	text := f.plainName() + " " + f.Promise + ": " + string(f.Verdict)
	if f.Memory {
		text += ", in memory"
	}
	return text
}

// note adds a report entry with v to the spec that runs. People see it if the spec
// fails, or with -v.
func note(v verdict, where types.CodeLocation) {
	f := aboutSpec(ginkgo.CurrentSpecReport())
	f.Verdict = v
	ginkgo.AddReportEntry(promiseEntry, f, ginkgo.ReportEntryVisibilityFailureOrVerbose, where)
}

// aboutSpec returns a finding without a verdict.
func aboutSpec(spec types.SpecReport) finding {
	f := finding{Subject: strings.Join(spec.ContainerHierarchyTexts, " "), Promise: spec.LeafNodeText}
	if n := len(spec.ContainerHierarchyLocations); n > 0 {
		f.file, f.line = spec.ContainerHierarchyLocations[n-1].FileName, spec.ContainerHierarchyLocations[n-1].LineNumber
	}
	if labels := spec.LeafNodeLabels; len(labels) > 0 {
		f.kind, f.Memory = labels[0], slices.Contains(labels, memoryLabel)
	}
	return f
}

// verdictIn returns the verdict in the last entry that spec has of note. One that
// was tried several times has several.
func verdictIn(spec types.SpecReport) verdict {
	for _, entry := range slices.Backward(spec.ReportEntries) {
		if entry.Name != promiseEntry {
			continue
		}
		var f finding
		data, err := json.Marshal(entry.GetRawValue()) // of another process it is not a finding any more
		if err == nil && json.Unmarshal(data, &f) == nil && slices.Contains(verdicts, f.Verdict) {
			return f.Verdict
		}
	}
	if spec.Failed() {
		return failed
	}
	return notRun
}
