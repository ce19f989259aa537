package inmemory

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// suite returns a test to make bubbles of. It runs until the process ends, since testing.Main ends that when its tests are over. It is what
// package testing keeps for programs that are no test binaries.
var suite = sync.OnceValue(func() *testing.T {
	tests := make(chan *testing.T)
	all := func(_, _ string) (bool, error) { return true, nil }
	go testing.Main(all, []testing.InternalTest{{Name: "Bubbles", F: func(t *testing.T) {
		tests <- t
		select {}
	}}}, nil, nil)
	return <-tests
})

// minutes is how many virtual minutes a measurement takes: some 10 ms.
const minutes = 10_000

// idleMinute returns how many microseconds a read takes that nothing comes for in a minute of a bubble.
func idleMinute() (float64, error) {
	took, passed, err := idle(minutes)
	if err == nil && passed != minutes*time.Minute {
		err = fmt.Errorf("%d minutes took %v of the bubble's time", minutes, passed)
	}
	return float64(took) / float64(time.Microsecond) / minutes, err
}

// idle waits so many times for a minute. It returns what that took, and what it took in the bubble.
func idle(n int) (took, passed time.Duration, err error) {
	ready, end := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(end)
		synctest.Test(suite(), func(*testing.T) {
			client, server, failed := memoryPair()
			if failed != nil {
				err = failed
				close(ready)
				return
			}
			defer server.Close()
			defer client.Close()
			close(ready)
			began, p := time.Now(), make([]byte, 64)
			for range n {
				client.SetReadDeadline(time.Now().Add(time.Minute))
				if _, failed := client.Read(p); !errors.Is(failed, os.ErrDeadlineExceeded) {
					err = fmt.Errorf("Read = %w, want %w", failed, os.ErrDeadlineExceeded)
					return
				}
			}
			passed = time.Since(began)
		})
	}()
	<-ready // outside, where time is the machine's
	began := time.Now()
	<-end
	return time.Since(began), passed, err
}
