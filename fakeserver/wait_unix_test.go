//go:build unix

package fakeserver

import (
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// A process that is stopped does not take from what a goroutine has to wait for its time.
func TestAwaitCountsNoTimeInWhichTheProcessIsStopped(t *testing.T) {
	ch := make(chan struct{})
	stop := exec.Command("sh", "-c", `kill -STOP "$1"; sleep 1.2; kill -CONT "$1"`, "sh", strconv.Itoa(os.Getpid()))
	if err := stop.Start(); err != nil {
		t.Skipf("there is no sh: %v", err)
	}
	go func() {
		defer close(ch)
		stop.Wait()
		time.Sleep(50 * time.Millisecond)
	}()
	if !await(ch, time.Second) {
		t.Error("it was given up when the process went on")
	}
}
