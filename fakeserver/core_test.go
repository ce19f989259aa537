package fakeserver

import (
	"testing"
	"time"
)

func TestCoreWaitsForWhatItSpawns(t *testing.T) {
	var s core
	hold := make(chan struct{})
	s.spawn(func() { <-hold })
	if s.joined(time.Millisecond) {
		t.Error("all goroutines are said to have ended, and one has not")
	}
	close(hold)
	if !s.joined(10 * time.Second) {
		t.Error("a goroutine that has ended is still waited for")
	}
}
