package nettest_test

import (
	"math"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// In a bubble not a nanosecond more than d is within d.
func TestWithinIsExactInABubble(t *testing.T) {
	for took, want := range map[time.Duration]bool{0: true, time.Hour: true, time.Hour + 1: false, 2 * time.Hour: false} {
		synctest.Test(t, func(t *testing.T) {
			p, began := &probe{T: t}, time.Now()
			got := nettest.Within(p, time.Hour, func() { time.Sleep(took) })
			if got != want || p.Failed() == want {
				t.Errorf("Within of what takes %v = %v, %q", took, got, p.errors)
			}
			if back := time.Since(began); back > time.Hour+1 {
				t.Errorf("back after %v", back)
			}
			time.Sleep(2 * time.Hour)
		})
	}
}

// readsWithoutDeadline is what the failure is to show.
func readsWithoutDeadline(c net.Conn) { c.Read(make([]byte, 1)) }

func TestWithinShowsWhatItHangsIn(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	p, ended := &probe{T: t}, make(chan struct{})
	ok := nettest.Within(p, 100*time.Millisecond, func() {
		defer close(ended)
		done := make(chan struct{})
		go func() {
			defer close(done)
			readsWithoutDeadline(c)
		}()
		<-done
	})
	text := strings.Join(p.errors, "\n")
	for _, want := range []string{
		"not back within 100ms: it hangs in\n", "[chan receive]", "TestWithinShowsWhatItHangsIn.func1(", "[IO wait]", "nettest_test.readsWithoutDeadline(",
	} {
		if ok || !strings.Contains(text, want) {
			t.Errorf("Within = %v, and the failure does not say %q:\n%s", ok, want, text)
		}
	}
	if strings.Contains(text, "testing.tRunner") || strings.Contains(text, "nettest.(*timed)") {
		t.Errorf("the failure shows more than the call's own goroutines:\n%s", text)
	}
	c.Close()
	<-ended
}

// The longest time there is does for "however long".
func TestWithinForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &probe{T: t}
		if !nettest.Within(p, math.MaxInt64, func() { time.Sleep(time.Hour) }) || p.Failed() {
			t.Errorf("%q", p.errors)
		}
		time.Sleep(time.Hour)
	})
}

func TestWithinSaysHowMuchTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &probe{T: t}
		nettest.Within(p, time.Second, func() { time.Sleep(time.Second + 1) })
		synctest.Wait()
		text := strings.Join(p.errors, "\n")
		// Both are right: the two meet at one instant.
		if !strings.HasPrefix(text, "back after 1.000000001s, and not within 1s") && !strings.HasPrefix(text, "not back within 1s: ") {
			t.Errorf("%q", p.errors)
		}
	})
}

// Whatever ends f ends its caller as if it had been called directly.
func TestWithinPassesOnWhatEndsTheCall(t *testing.T) {
	t.Run("Fatalf", func(t *testing.T) {
		p, past := &probe{T: t}, false
		inGoroutine(func() {
			nettest.Within(p, time.Minute, func() { p.Fatalf("no answer") })
			past = true
		})
		if past || len(p.errors) != 1 || p.errors[0] != "no answer" {
			t.Errorf("the caller went on: %v, %q", past, p.errors)
		}
	})
	t.Run("SkipNow", func(t *testing.T) {
		nettest.Within(t, time.Minute, t.SkipNow)
		t.Error("the caller went on")
	})
	t.Run("panic", func(t *testing.T) {
		p := &probe{T: t}
		defer func() {
			if got := recover(); got != "lost" || len(p.log) != 1 || !strings.Contains(p.log[0], "TestWithinPassesOnWhatEndsTheCall") {
				t.Errorf("panic %v, logged %q", got, p.log)
			}
		}()
		nettest.Within(p, time.Minute, func() { panic("lost") })
	})
}

func inGoroutine(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func TestWithinInABubbleWithATestOfItsOwn(t *testing.T) {
	ok := false
	nettest.BubbleIn(t, t, func(tb fakeserver.TB) {
		ok = nettest.Within(tb, time.Hour, func() { time.Sleep(time.Hour) })
	})
	if !ok {
		t.Error("not within an hour")
	}
}
