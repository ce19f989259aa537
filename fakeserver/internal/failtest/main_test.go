package failtest

import (
	"flag"
	"os"
	"testing"
)

// Parallel tests wait most of the time: more of them at once than there are cores, if -parallel does not say
// how many. Ginkgo, which only the processes that fail run, would refuse that.
func TestMain(m *testing.M) {
	if !failing {
		flag.Set("test.parallel", "8")
	}
	os.Exit(m.Run())
}
