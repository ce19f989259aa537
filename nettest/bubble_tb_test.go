package nettest_test

import (
	"fmt"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// An asker's text takes the test to be made.
type asker struct{ tb fakeserver.TB }

func (a asker) String() string { return fmt.Sprint("failed: ", a.tb.Failed()) }

// What is logged in a bubble may ask the test, as what a *testing.T logs may.
func TestBubbleLogsWhatAsksTheTest(t *testing.T) {
	nettest.BubbleIn(t, t, func(tb fakeserver.TB) { tb.Logf("%v", asker{tb}) })
}
