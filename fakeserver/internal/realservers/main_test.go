//go:build linux

package realservers

import (
	"flag"
	"os"
	"testing"
)

// Playbacks wait most of the time, for clients: more of them at once than there are cores, if -parallel does not say how many.
func TestMain(m *testing.M) {
	flag.Set("test.parallel", "6")
	os.Exit(m.Run())
}
