package nettest_test

import (
	"fmt"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// Formatting an asker calls a method of the test.
type asker struct{ tb fakeserver.TB }

func (a asker) String() string { return fmt.Sprint("failed: ", a.tb.Failed()) }

// The arguments of Logf in a bubble may call methods of the test, as those of a *testing.T's may.
func TestBubbleLogsWhatAsksTheTest(t *testing.T) {
	nettest.BubbleIn(t, t, func(tb fakeserver.TB) { tb.Logf("%v", asker{tb}) })
}
