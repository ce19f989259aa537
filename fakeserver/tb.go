package fakeserver

// TB is what Start needs of a test. *testing.T, *testing.B, *testing.F and
// Ginkgo's GinkgoT() and GinkgoTB() have it.
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
