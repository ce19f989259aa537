package explore

import (
	"flag"
	"os"
	"testing"
)

// Parallel tests wait most of the time: more of them at once than there are cores, if -parallel does not say
// how many.
func TestMain(m *testing.M) {
	flag.Set("test.parallel", "8")
	os.Exit(m.Run())
}
