package scenarios

import (
	"cmp"
	"slices"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// Summarize sums up what became of each subject's promises, as a table in the
// terminal and in the reports. A suite registers it once, at top level:
//
//	var _ = ReportAfterSuite("promises", scenarios.Summarize)
//
// A promise is kept or broken; not promised, which the table shows as a dash; not applicable, if it
// was to be learned (see Learn), and the subject lacks what it is about; inconclusive, if it could not
// be put to the test; invalid, if the subject lacks something that it promised, or is attached
// wrongly, which has a line of its own; failed, if its spec ended otherwise, such as by a panic of the
// function that makes the subject; or not run, because of a focus, a filter or a dry run. Subjects and
// promises of which nothing ran are counted, and are in the reports, but not in the table for people.
// A subject that runs on sockets and in memory has one column, if its Describe calls have the same
// text, but for an "in memory" at the end; where it keeps a promise on one of the two only, the
// column says so.
//
// After the table comes what each subject keeps, as a call of Keeps to be pasted, and then how many
// promises there are of each verdict.
//
// The table is a report entry of Summarize's node, named "promises". In a JSON
// report its value is a list of objects with a Subject, a Promise, a Verdict, and Memory, which says
// whether it ran there; in a JUnit report it is in the node's system-err. Each spec of a promise has the
// label "promise", and has its own such object in an entry named "promise". With
// several processes the table is about all of them. In a suite without promises
// there is none.
func Summarize(report ginkgo.Report) {
	if all := summarize(report.SpecReports); len(all) > 0 {
		ginkgo.AddReportEntry("promises", all, ginkgo.CurrentSpecReport().LeafNodeLocation)
	}
}

// summarize returns a finding for each promise's spec, in the order of the
// subjects' Describe calls and their promises: specs may have run in any other.
func summarize(specs types.SpecReports) findings {
	var all findings
	for _, spec := range specs {
		if slices.Contains(spec.LeafNodeLabels, promiseLabel) {
			f := aboutSpec(spec)
			f.Verdict = verdictIn(spec)
			all = append(all, f)
		}
	}
	listed := listing()
	slices.SortStableFunc(all, func(f, g finding) int {
		return cmp.Or(cmp.Compare(f.kind, g.kind), cmp.Compare(f.file, g.file), cmp.Compare(f.line, g.line),
			cmp.Compare(f.Subject, g.Subject), cmp.Compare(listed[f.Promise].rank, listed[g.Promise].rank))
	})
	return all
}

// An entry is where a promise stands in the list of all, and its variable.
type entry struct {
	rank     int
	variable string
}

// listing returns the list of all promises, by their names.
func listing() map[string]entry {
	all := map[string]entry{}
	list(all, tcpPromises)
	list(all, udpPromises)
	list(all, loggerPromises)
	return all
}

func list[S Subject](all map[string]entry, promises []Promise[S]) {
	for _, p := range promises {
		all[p.Name] = entry{len(all) + 1, p.variable}
	}
}
