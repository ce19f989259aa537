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
// A promise is kept or broken; not promised; inconclusive, if it could not be put to the
// test; invalid, if the subject lacks something, or is attached wrongly, which has a line
// of its own; failed, if its spec ended otherwise, such as by a panic of the function that
// makes the subject; or not run, because of a focus, a filter or a dry run. Subjects and
// promises of which nothing ran are counted, and are in the reports, but not in the table
// for people. A subject that runs on sockets and in memory is there twice.
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
	ranks := promiseRanks()
	slices.SortStableFunc(all, func(f, g finding) int {
		return cmp.Or(cmp.Compare(f.kind, g.kind), cmp.Compare(f.file, g.file), cmp.Compare(f.line, g.line),
			cmp.Compare(f.Subject, g.Subject), cmp.Compare(ranks[f.Promise], ranks[g.Promise]))
	})
	return all
}

// promiseRanks returns the rank of each promise, by its name, among all.
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
