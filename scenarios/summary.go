package scenarios

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// Summarize sums up what became of each subject's promises, as a table in the
// terminal and in the reports. A suite registers it once, at top level:
//
//	var _ = ReportAfterSuite("promises", scenarios.Summarize)
//
// A promise is kept or broken; not promised; unproved, if it could not be put to
// the test; invalid, if the subject lacks something, or is attached wrongly, which has a
// line of its own; failed, if its spec ended
// otherwise, such as by a panic of the function that makes the subject; or not
// run, because of a focus, a filter or a dry run. Subjects and promises of which nothing
// ran are counted, and are in the reports, but have no place in the table for people. A
// subject that runs on sockets and in memory is there twice.
//
// The table is a report entry of Summarize's node, named "promises". In a JSON
// report its value is a list of objects with a Subject, a Promise and a Verdict; in a JUnit
// report it is in the node's system-err. Each spec of a promise has the label
// "promise", and has its own such object in an entry named "promise". With
// several processes the table is about all of them. In a suite without promises
// there is none.
func Summarize(report ginkgo.Report) {
	if all := summarize(report.SpecReports); len(all) > 0 {
		ginkgo.AddReportEntry("promises", all, ginkgo.CurrentSpecReport().LeafNodeLocation)
	}
}

// promiseLabel is what tells a promise's spec from others, also if it does not run.
const promiseLabel = "promise"

// promiseEntry is the name of the report entry of a promise's spec.
const promiseEntry = "promise"

// A verdict is what became of a promise.
type verdict string

const (
	kept        verdict = "kept"
	broken      verdict = "broken"
	notPromised verdict = "not promised"
	unproved    verdict = "unproved"
	invalid     verdict = "invalid"
	failed      verdict = "failed"
	notRun      verdict = "not run"
)

// verdicts are all, in the order in which the table counts them.
var verdicts = []verdict{kept, broken, unproved, invalid, failed, notPromised, notRun}

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
	return unproved
}

// A finding is a line of the reports: what became of one promise of one subject.
// It is plain data, because Ginkgo's processes exchange it as JSON.
type finding struct {
	Subject string
	Promise string
	Verdict verdict

	kind string // "tcp", "udp", "logger"
	file string // of the Describe call; two subjects may have the same text
	line int
}

// String returns the finding for people.
func (f finding) String() string { return f.Subject + " " + f.Promise + ": " + string(f.Verdict) }

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
		f.kind = labels[0]
		if slices.Contains(labels, memoryLabel) {
			f.Subject += " (in memory)"
		}
	}
	return f
}

// summarize returns a finding for each promise's spec, in the order of the
// subjects' places and their promises: specs may have run in any other.
func summarize(specs types.SpecReports) findings {
	var all findings
	for _, spec := range specs {
		if slices.Contains(spec.LeafNodeLabels, promiseLabel) {
			f := aboutSpec(spec)
			f.Verdict = verdictIn(spec)
			all = append(all, f)
		}
	}
	ranks := promiseRanks()
	slices.SortStableFunc(all, func(f, g finding) int {
		return cmp.Or(cmp.Compare(f.kind, g.kind), cmp.Compare(f.file, g.file), cmp.Compare(f.line, g.line),
			cmp.Compare(f.Subject, g.Subject), cmp.Compare(ranks[f.Promise], ranks[g.Promise]))
	})
	return all
}

// promiseRanks returns the place of each promise, by its name, among all.
func promiseRanks() map[string]int {
	ranks := map[string]int{}
	rank(ranks, tcpPromises)
	rank(ranks, udpPromises)
	rank(ranks, loggerPromises)
	return ranks
}

func rank[S Subject](ranks map[string]int, promises []Promise[S]) {
	for _, p := range promises {
		ranks[p.Name] = len(ranks)
	}
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
