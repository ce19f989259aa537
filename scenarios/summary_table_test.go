package scenarios

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/onsi/ginkgo/v2/types"
)

var update = flag.Bool("update", false, "write testdata/summary")

// The table is what people read: its tests compare it with files, which -update writes.
func TestSummaryTables(t *testing.T) {
	for name, specs := range map[string]types.SpecReports{
		// Their verdicts agree, so they have a column each.
		"agree": {
			specOf("client", 1, ReportsReset.Name, kept, false), specOf("client, in memory", 1, ReportsReset.Name, kept, true),
			specOf("client", 1, HonorsDeadline.Name, notPromised, false), specOf("client, in memory", 1, HonorsDeadline.Name, notPromised, true),
			specOf("driver", 9, ReportsReset.Name, kept, false), specOf("driver", 12, ReportsReset.Name, kept, true),
			specOf("driver", 9, HonorsDeadline.Name, kept, false), specOf("driver", 12, HonorsDeadline.Name, notPromised, true),
		},
		"differ": {
			specOf("client", 1, ReportsReset.Name, kept, false), specOf("client (in memory)", 2, ReportsReset.Name, broken, true),
			specOf("client", 1, HonorsDeadline.Name, kept, false), specOf("client (in memory)", 2, HonorsDeadline.Name, inconclusive, true),
			specOf("client", 1, StopsWhenTold.Name, notApplicable, false),
		},
		// Two of one name, one that runs in memory only, and one kind of which nothing ran.
		"names": {
			specOf("twin", 1, ReportsReset.Name, kept, false), specOf("twin", 2, ReportsReset.Name, broken, false),
			specOf("ghost in memory", 3, ReportsReset.Name, kept, true),
			specOf("idle", 4, HonorsDeadlineOnLoss.Name, notRun, false),
		},
		// Names that don't fit have numbers.
		"wide": {
			specOf("the client of the other department with the production server", 1, ReportsReset.Name, kept, false),
			specOf("the client of the other department with the simple server", 2, ReportsReset.Name, kept, false),
			specOf("the client of the other department with the simple server", 2, "is attached to its scenarios", invalid, false),
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", "summary", name+".txt")
			got := summarize(specs).String() + "\n"
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the table is\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// specOf returns the report of a promise's spec.
func specOf(subject string, line int, promise string, v verdict, memory bool) types.SpecReport {
	at := types.CodeLocation{FileName: "client_test.go", LineNumber: line}
	medium := "tcp"
	if promise == HonorsDeadlineOnLoss.Name {
		medium = "udp"
	}
	spec := types.SpecReport{
		ContainerHierarchyTexts: []string{subject}, ContainerHierarchyLocations: []types.CodeLocation{at},
		LeafNodeText: promise, LeafNodeLabels: []string{medium, promiseLabel},
	}
	if memory {
		spec.LeafNodeLabels = append(spec.LeafNodeLabels, memoryLabel)
	}
	if v != notRun {
		spec.ReportEntries = types.ReportEntries{{Name: promiseEntry, Value: types.WrapEntryValue(finding{Verdict: v})}}
	}
	return spec
}
