package fakeserver_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
)

// Callers that wait for another's Stop or Close wait in the bubble's time, too.
func TestListenerStopInABubbleIsForAnyNumberOfCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := newDeaf()
		l, err := fakeserver.WrapListener(below, fakeserver.Config{})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		var callers sync.WaitGroup
		for range 3 {
			callers.Go(func() {
				if err := l.Stop(); err == nil || !strings.Contains(err.Error(), "did not return within 1s") {
					t.Errorf("Stop = %v, want the same error for all", err)
				}
			})
			callers.Go(func() { l.Close() })
		}
		callers.Wait()
		if d := time.Since(began); d != time.Second {
			t.Errorf("Stop took %v, want a second", d)
		}
		close(below.end)
	})
}
