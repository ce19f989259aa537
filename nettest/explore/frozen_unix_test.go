//go:build unix

package explore

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A machine that stands still for a while, as virtual ones do, is not blamed on the client.
func TestFrozenMachine(t *testing.T) {
	if !Alone(t) {
		return
	}
	var frozen atomic.Bool
	body := func(_ context.Context, w *Wire) error {
		w.Do("ask", func(context.Context) (any, error) {
			if !frozen.Swap(true) {
				freeze(t, 3*time.Second)
				time.Sleep(100 * time.Millisecond) // it goes on a bit later than those who look at it
			}
			return "answer", nil
		})
		return nil
	}
	_, err := rehearsed(t, Config{Within: 500 * time.Millisecond, OnSockets: true}, fault.Streams, body)
	if err != nil || !frozen.Load() {
		t.Errorf("frozen: %v; got %v", frozen.Load(), err)
	}
}

// freeze stops this process for at least d.
func freeze(t *testing.T, d time.Duration) {
	pid := strconv.Itoa(os.Getpid())
	thaw := exec.Command("sh", "-c", "sleep "+strconv.FormatFloat(d.Seconds(), 'f', -1, 64)+"; kill -CONT "+pid)
	if err := thaw.Start(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	thaw.Wait()
}
