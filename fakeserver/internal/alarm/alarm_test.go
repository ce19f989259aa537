package alarm

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// grades are all, by name.
var grades = map[string]Grade{"Ordinary": Ordinary, "Punctual": Punctual, "Precise": Precise}

func TestAlarmsAreNeverEarly(t *testing.T) {
	for name, g := range grades {
		t.Run(name, func(t *testing.T) {
			var wg sync.WaitGroup
			for i := range 40 {
				wg.Go(func() {
					for _, d := range []time.Duration{-time.Second, 0, 10 * time.Microsecond, 250 * time.Microsecond, 2 * time.Millisecond} {
						due := time.Now().Add(d + time.Duration(i)*20*time.Microsecond)
						a := Set(due, g)
						<-a.C
						if early := time.Until(due); early > 0 {
							t.Errorf("an alarm rang %v before its time", early)
						}
						a.Stop()
					}
				})
			}
			wg.Wait()
			wantNoGoroutine(t)
		})
	}
}

func TestAlarmsRingInTheOrderOfTheirTimes(t *testing.T) {
	for name, g := range grades {
		t.Run(name, func(t *testing.T) {
			now := time.Now()
			late := Set(now.Add(time.Hour), g)
			defer late.Stop()
			soon := Set(now.Add(3*time.Millisecond), g) // comes to a sleeper that is armed for longer
			defer soon.Stop()
			select {
			case <-soon.C:
			case <-late.C:
				t.Error("the alarm for an hour later rang first")
			}
		})
	}
	Settle()
	wantNoGoroutine(t)
}

func TestAlarmThatIsStoppedDoesNotRing(t *testing.T) {
	for name, g := range grades {
		t.Run(name, func(t *testing.T) {
			for !stopsInTime(t, g) {
			}
			wantNoGoroutine(t)
		})
	}
}

// stopsInTime stops alarms, and checks that they do not ring. If it comes to that too late, which a busy machine may see to, it checks
// nothing, and reports false.
func stopsInTime(t *testing.T, g Grade) bool {
	at, calls := time.Now().Add(2*time.Millisecond), make(chan time.Time, 1)
	stopped, called := Set(at, g), Func(at, g, func() { calls <- time.Now() })
	other := Set(at.Add(time.Millisecond), g) // of the same watch
	defer other.Stop()
	stopped.Stop()
	called.Stop()
	inTime := time.Now().Before(at)
	stopped.Stop() // does nothing
	<-other.C
	Settle() // a function that is called has a goroutine
	select {
	case <-stopped.C:
		if inTime {
			t.Error("an alarm rang that was stopped")
		}
	case <-calls:
		if inTime {
			t.Error("a function was called whose alarm was stopped")
		}
	default:
	}
	return inTime
}

func TestAlarmCallsAFunctionWhenItIsDue(t *testing.T) {
	for name, g := range grades {
		t.Run(name, func(t *testing.T) {
			due, called := time.Now().Add(time.Millisecond), make(chan time.Time)
			Func(due, g, func() { called <- time.Now() })
			if at := <-called; at.Before(due) {
				t.Errorf("called %v before its time", due.Sub(at))
			}
			wantNoGoroutine(t)
		})
	}
}

func TestAlarmWithoutATimeNeverRings(t *testing.T) {
	for name, g := range grades {
		if a := Set(time.Time{}, g); a.C != nil {
			t.Errorf("%s: the alarm for no time can ring", name)
		}
		Func(time.Time{}, g, func() { t.Errorf("%s: the function for no time was called", name) }).Stop()
	}
	wantNoGoroutine(t)
}

// leads is a sleeper that may be late by as much.
type leads time.Duration

func (leads) arm(time.Duration)     {}
func (leads) wait()                 {}
func (l leads) lead() time.Duration { return time.Duration(l) }
func (leads) close()                {}

func TestWatchSleepsUntilThePreciseMayBeLate(t *testing.T) {
	const lead, in = time.Millisecond, 5 * time.Millisecond
	now := time.Now()
	for _, c := range []struct {
		Why   string
		grade Grade
		due   time.Duration
		want  time.Duration
	}{
		{"the kernel may be late", Punctual, in, in},
		{"it may not: what is left it spins", Precise, in, in - lead},
		{"it is to spin already", Precise, lead / 2, 0},
	} {
		w := &watch{sleeper: leads(lead)}
		w.items[c.grade] = items{{due: now.Add(c.due)}}
		if got := w.leftLocked(now); got != c.want {
			t.Errorf("%s: it sleeps for %v, want %v", c.Why, got, c.want)
		}
	}
}

func TestAlarmsOfAProcessShareOneGoroutine(t *testing.T) {
	var all []Alarm
	for i := range 50 {
		all = append(all, Set(time.Now().Add(time.Duration(i)*100*time.Microsecond), Precise))
	}
	for i, a := range all {
		if n := goroutines(); n > 1 {
			t.Errorf("%d goroutines wait for %d alarms, want 1", n, len(all)-i)
		}
		<-a.C
		a.Stop()
	}
	wantNoGoroutine(t)
}

// wantNoGoroutine checks that nothing is left when nothing waits.
func wantNoGoroutine(t *testing.T) {
	t.Helper()
	Settle()
	if n := goroutines(); n > 0 {
		t.Errorf("%d goroutines are left", n)
	}
	mu.Lock()
	defer mu.Unlock()
	if present != nil || leaving != 0 {
		t.Errorf("a watch is left: %v; goroutines that are about to end: %d", present, leaving)
	}
}

// goroutines counts those of watches that have not come to their last step.
func goroutines() int {
	buf := make([]byte, 1<<20)
	n := 0
	for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "alarm.(*watch).run(") && !strings.Contains(g, "alarm.hasLeft(") {
			n++
		}
	}
	return n
}
