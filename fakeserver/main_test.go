package fakeserver_test

import (
	"flag"
	"os"
	"testing"
)

// Parallel tests wait most of the time: more of them at once than there are cores, if -parallel does not say
// how many.
func TestMain(m *testing.M) {
	flag.Set("test.parallel", "4")
	os.Unsetenv("CI")                  // whose lines and tables are not
	os.Unsetenv("GITHUB_STEP_SUMMARY") // for tests that fail on purpose
	os.Exit(m.Run())
}
