package fakeserver

// TB is what Start needs of a test. *testing.T, *testing.B, *testing.F and
// Ginkgo's GinkgoT() and GinkgoTB() have it. What a test can do besides is found by these
// methods, each of them optional:
//
//	ArtifactDir() string                           a directory for the record, with go test's -artifacts
//	Deadline() (time.Time, bool)                   when the test will be ended: shortly before, its servers write their records
//	DeferCleanup(args ...any)                      Cleanup of a function that may return an error
//	DeferOnFailure(args ...any)                    Cleanup of a function that is called only if the test fails, and before all others
//	AddReportEntryVisibilityFailureOrVerbose(name string, args ...any)
//	                                               add this value, which is small and plain data, to the test's report
//	AttachProgressReporter(func() string) func()   show this when asked what the test does, until the function returned is called
//	ShowWhenStuck(func() string)                   show this if no Cleanup can run, as in a bubble that is stuck
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Failed() bool
	Skipped() bool
	Cleanup(func())
}
