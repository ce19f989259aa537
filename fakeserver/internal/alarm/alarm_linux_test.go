package alarm

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestAlarmRingsWithoutADescriptor(t *testing.T) {
	var had unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &had); err != nil {
		t.Fatal(err)
	}
	none := had
	none.Cur = 0
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &had); err != nil {
			t.Error(err)
		}
	}()
	for _, g := range []Grade{Punctual, Precise} {
		due := time.Now().Add(2 * time.Millisecond)
		a := Set(due, g)
		mu.Lock()
		if _, is := a.item.of.sleeper.(goSleeper); !is {
			t.Errorf("the watch waits by a %T: want package time, where there are no descriptors", a.item.of.sleeper)
		}
		mu.Unlock()
		<-a.C
		if early := time.Until(due); early > 0 {
			t.Errorf("the alarm rang %v before its time", early)
		}
		a.Stop()
		wantNoGoroutine(t)
	}
}
