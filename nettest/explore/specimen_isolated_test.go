//go:build unix

package explore_test

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/nettest/explore"
)

// A listener is a test that hears what is said of another.
type listener struct {
	*testing.T
	said   strings.Builder
	failed bool
}

func (l *listener) Logf(format string, args ...any) { fmt.Fprintf(&l.said, format+"\n", args...) }

func (l *listener) Errorf(format string, args ...any) {
	l.failed = true
	l.Logf(format, args...)
}

// isolate explores a specimen in processes of their own, and returns what is said of it.
func isolate(t *testing.T, name string) *listener {
	t.Helper()
	l := &listener{T: t}
	s := specimenOf(t, name)
	cfg := s.Config()
	cfg.Suite, cfg.Isolate, cfg.Budget, cfg.Plans, cfg.Dir = t, true, 5*time.Minute, maxPlans, t.TempDir()
	explore.TCP(l, cfg, s.Body)
	return l
}

// What ends a process is found in one of its own; with FAKEWIRE_SPECIMENS=all, what takes a processor or memory for long is, too.
func TestSpecimenIsolated(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"sends on closed": {"panic: panic: close of closed channel", "specimen.(*sendsOnClosed).read", "it fails in 20 of 20", "fault.Stall{}"},
		"spinning":        {"spin: ask took ", "specimen.(*spinning).Ask", "it fails in 5 of 5", "fault.HalfClose{}"},
		"huge frame":      {"memory: it took 64 MB of memory at once", "specimen.(*hugeFrame).exchange", "it fails in 5 of 5", "fault.Overwrite{"},
	} {
		if !everything() && name != "sends on closed" || underRace && name == "huge frame" { // the race detector takes several times the memory
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := isolate(t, name)
			for _, w := range want {
				if !l.failed || !strings.Contains(l.said.String(), w) {
					t.Errorf("it did not say %q:\n%s", w, &l.said)
				}
			}
		})
	}
}

// A right client is not accused, and nothing stays of the processes.
func TestSpecimenIsolatedLeavesNothing(t *testing.T) {
	if ln, err := net.Listen("tcp", "127.0.0.1:0"); err != nil { // the runtime's poller has descriptors, too
		t.Fatal(err)
	} else {
		ln.Close()
	}
	before := descriptors(t)
	if l := isolate(t, "pool"); l.failed || !strings.Contains(l.said.String(), "explore: 300 plans") {
		t.Errorf("it is accused, or not tried:\n%s", &l.said)
	}
	wantNoProcess(t)
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors are open, and before the search there were %d", after, before)
	}
}

// descriptors returns how many this process has, where it can tell.
func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Logf("descriptors are not counted: %v", err)
	}
	return len(entries)
}

// wantNoProcess wants this process to have no others that it has started.
func wantNoProcess(t *testing.T) {
	t.Helper()
	if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); err != syscall.ECHILD {
		t.Errorf("there is a process that was started: wait4 = %d, %v", pid, err)
	}
}
