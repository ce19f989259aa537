package scenarios_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	. "github.com/onsi/gomega"
)

var _ = Describe("what the Describe functions register", Ordered, func() {
	var specs types.SpecReports

	BeforeAll(func() {
		var err error
		specs, err = fixture()
		Expect(err).NotTo(HaveOccurred())
		Expect(len(specs)).To(BeNumerically(">", 20))
	})

	It("points at the user's line", func() {
		for _, spec := range specs {
			locations := append(slices.Clone(spec.ContainerHierarchyLocations), spec.LeafNodeLocation)
			if spec.State.Is(types.SpecStateFailed) {
				locations = append(locations, spec.Failure.FailureNodeLocation)
			}
			for _, at := range locations {
				Expect(filepath.Base(at.FileName)).To(Equal("describe_fixture_test.go"), spec.FullText())
				Expect(spec.Labels()).To(ContainElement(fmt.Sprintf("on line %d", lineOfLabel(spec, at))), spec.FullText())
			}
		}
	})

	It("labels each spec with its medium and its fault", func() {
		Expect(find(specs, "keeper reassembles split replies").Labels()).To(ContainElements("tcp", "fault:slice"))
		Expect(find(specs, "keeper reports a reset").Labels()).To(ContainElements("tcp", "fault:reset"))
		Expect(find(specs, "udp honors").Labels()).To(ContainElements("udp", "fault:loss"))
		Expect(find(specs, "logger survives a reset").Labels()).To(ContainElements("logger", "fault:reset"))
	})

	It("passes decorators on to Ginkgo", func() {
		Expect(find(specs, "alone reassembles").State).To(Equal(types.SpecStatePassed), "it sees that it is Serial")
	})

	It("runs every promise that is listed, and skips the others as not promised", func() {
		Expect(find(specs, "keeper reassembles").State).To(Equal(types.SpecStatePassed))
		Expect(find(specs, "udp honors").State).To(Equal(types.SpecStatePassed))
		Expect(find(specs, "logger delivers the last").State).To(Equal(types.SpecStatePassed))
		Expect(find(specs, "virtual good reassembles").State).To(Equal(types.SpecStatePassed))
		Expect(find(specs, "virtual good reassembles").Labels()).To(ContainElement("memory"))
		Expect(find(specs, "virtual ticking reassembles").State).To(Equal(types.SpecStatePassed), "what it leaves behind is another promise's business")
		for _, text := range []string{"keeper reports a reset", "keeper honors its deadline while", "logger delivers its lines", "logger survives a reset"} {
			spec := find(specs, text)
			Expect(spec.State).To(Equal(types.SpecStateSkipped), text)
			Expect(spec.Failure.Message).To(Equal("not promised"), text)
		}
	})

	DescribeTable("fails the spec, and goes on",
		func(text string, state types.SpecState, messages ...string) {
			spec := find(specs, text)
			Expect(spec.State).To(Equal(state))
			for _, message := range messages {
				Expect(spec.Failure.Message + spec.Failure.ForwardedPanic).To(ContainSubstring(message))
			}
			Expect(spec.RunTime).To(BeNumerically("<", 10*time.Second), "its own bound is 200 ms and 2 s")
			Expect(find(specs, "last reassembles").State).To(Equal(types.SpecStatePassed))
		},
		Entry("of a subject that breaks its promise", "breaker reassembles", types.SpecStateFailed,
			"describe_fixture_test.go:", "broken promise", `Do = "H", <nil>`, `want "Hello from TCP server"`, "rule slice.ToClient.1: ", "conn 1"),
		Entry("of a wrong argument", "wrong argument", types.SpecStateFailed, "describe_fixture_test.go:", "argument of type string is neither Keeps"),
		Entry("of another kind's promises", "wrong promises", types.SpecStateFailed, "Kept[", "there is no Keeps(…) with the promises of a scenarios.TCPClient"),
		Entry("of a promise as an argument", "bare promise", types.SpecStateFailed, "describe_fixture_test.go:", "put it into Keeps(…)"),
		Entry("of Keeps and Learn together", "both is attached", types.SpecStateFailed, "describe_fixture_test.go:", "Learn() puts all promises to the test"),
		Entry("of an empty Keeps", "promises nothing", types.SpecStateFailed, "describe_fixture_test.go:", "Keeps() has no promises"),
		Entry("of a subject without a name", "  is attached to its scenarios", types.SpecStateFailed, "describe_fixture_test.go:", "the text is empty"),
		Entry("without Keeps", "no Keeps", types.SpecStateFailed, "there is no Keeps(…)"),
		Entry("without a function", "nil function reass", types.SpecStateFailed, "the function that makes it is nil"),
		Entry("of an empty subject", "empty subject reass", types.SpecStateFailed, "Do and Open are nil", "Want is empty", "Within is 0s"),
		Entry("of a subject that hangs", "hanging reass", types.SpecStateFailed, "Do did not return within 2.5s"),
		Entry("of a subject that panics", "panicking reass", types.SpecStateFailed, "Do panicked: ouch", "describe_fixture_test.go:"),
		Entry("of a subject that leaves its goroutine", "leaving reass", types.SpecStateFailed, "left its goroutine"),
		Entry("of a subject that never asks the server", "lying reass", types.SpecStateFailed, "inconclusive", "the reply has 0 bytes"),
		Entry("of a subject that does not work", "failing reass", types.SpecStateFailed, "inconclusive", "on a healthy wire", `Do = "", no`),
		Entry("of a factory that panics", "factory reass", types.SpecStatePanicked, "factory"),
		Entry("of a subject in memory that breaks its promise", "virtual bad reass", types.SpecStateFailed,
			"describe_fixture_test.go:", "broken promise", `Do = "H", <nil>`, "rule slice.ToClient.1: ", "conn 1"),
		Entry("of a subject in memory that hangs", "virtual hung reass", types.SpecStateFailed, "Do did not return within 2.5s"),
		Entry("of a subject in memory that panics", "virtual panic reass", types.SpecStateFailed, "Do panicked: ouch", "describe_fixture_test.go:"),
		Entry("of a factory that panics in memory", "virtual maker reass", types.SpecStatePanicked, "panic in the bubble: factory", "describe_fixture_test.go:"),
		Entry("of a subject in memory that waits for a lock", "virtual locked reass", types.SpecStateFailed, "inconclusive", "the clock of the bubble stands still", "scenarios_test.lock("),
		Entry("of a subject in memory that uses sockets", "virtual dialing reass", types.SpecStateFailed, "invalid subject", "has to dial by NetworkOf(ctx)", "connection refused"),
		Entry("of specs in memory without a suite", "virtual without a suite reass", types.SpecStateFailed, "invalid subject", "suite is nil"),
		Entry("of specs in memory with nothing", "virtual without anything reass", types.SpecStateFailed, "invalid subject", "suite is nil"),
	)
})

// fixture returns what has become of the suites of describe_fixture_test.go. It is called when
// they run, or have run.
var fixture func() (types.SpecReports, error)

// beginFixture begins to run them while other specs do, because they do little but wait. Where
// there are several processes, that is left to the one that asks.
func beginFixture(t *testing.T) {
	fixture = sync.OnceValues(func() (types.SpecReports, error) { return runFixture(t.Context(), t.TempDir()) })
	if process, _ := GinkgoConfiguration(); process.ParallelTotal == 1 && os.Getenv(fixtureVariable) == "" {
		go fixture()
		t.Cleanup(func() { fixture() }) // until the child has ended, with t's context at the latest
	}
}

// runFixture runs the suites of describe_fixture_test.go in a child process, and returns
// what its JSON report says of them.
func runFixture(ctx context.Context, dir string) (types.SpecReports, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	file := filepath.Join(dir, "report.json")
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestScenarios$", "-ginkgo.label-filter="+fixtureLabel, "-ginkgo.json-report="+file)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), isGinkgoVariable), fixtureVariable+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil, fmt.Errorf("none of its specs fails:\n%s", out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	var reports []types.Report
	if err := json.Unmarshal(data, &reports); err != nil || len(reports) != 1 {
		return nil, fmt.Errorf("%d reports, and %v", len(reports), err)
	}
	return slices.DeleteFunc(reports[0].SpecReports, func(spec types.SpecReport) bool { return !slices.Contains(spec.Labels(), fixtureLabel) }), nil
}

// isGinkgoVariable reports whether an environment variable would make the child
// take itself for a part of this run.
func isGinkgoVariable(entry string) bool { return strings.HasPrefix(entry, "GINKGO_") }

// find returns the one spec whose text contains text.
func find(specs types.SpecReports, text string) types.SpecReport {
	GinkgoHelper()
	var found types.SpecReports
	for _, spec := range specs {
		if strings.Contains(spec.FullText(), text) {
			found = append(found, spec)
		}
	}
	Expect(found).To(HaveLen(1), text)
	return found[0]
}

// lineOfLabel returns the line of the label of what is at a location: a Describe call of
// several lines is located at its first, its label at its last.
func lineOfLabel(spec types.SpecReport, at types.CodeLocation) int {
	if strings.HasPrefix(spec.FullText(), "udp ") || strings.HasPrefix(spec.FullText(), "logger ") {
		return at.LineNumber + 1
	}
	return at.LineNumber
}
