package fakeserver

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/port"
)

// A deadlined is a test that knows when it must be over.
type deadlined struct {
	TB
	at    time.Time
	never bool
}

func (d deadlined) Deadline() (time.Time, bool) { return d.at, !d.never }

func newStarted(t *testing.T, tb TB) *started {
	t.Helper()
	s, err := Listen(Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &started{servers: []server{s}, tb: tb, test: tb.Name(), where: "here:1"}
}

func TestTimeoutOfATestThatKnowsItsDeadline(t *testing.T) {
	now := time.Now()
	for _, tt := range []struct {
		why string
		tb  TB
		at  time.Time
		set bool
	}{
		{"it has one", deadlined{TB: t, at: now.Add(time.Hour)}, now.Add(time.Hour), true},
		{"it has none", deadlined{TB: t, never: true}, flagDeadline(), !flagDeadline().IsZero()},
		{"it is over", deadlined{TB: t, at: now.Add(-time.Hour)}, now.Add(-time.Hour), false},
	} {
		w := &timeout{}
		w.add(newStarted(t, tt.tb))
		if !w.set.Equal(tt.at) || (w.timer != nil) != tt.set {
			t.Errorf("%s: for %v, timer %v; want %v, one: %v", tt.why, w.set, w.timer, tt.at, tt.set)
		}
		if w.timer != nil {
			w.timer.Stop()
		}
	}
}

func TestTimeoutIsKnownToThoseThatDoNotKnowTheirs(t *testing.T) {
	type noDeadline struct{ TB }
	w := &timeout{}
	at := time.Now().Add(time.Hour)
	w.add(newStarted(t, deadlined{TB: t, at: at}))
	first := w.timer
	w.add(newStarted(t, noDeadline{t}))
	if !w.set.Equal(at) || w.timer != first {
		t.Errorf("the timer is for %v, want that of the other test, %v, and no second timer", w.set, at)
	}
	first.Stop()
}

func TestTimeoutLeavesTimeToWrite(t *testing.T) {
	for left, want := range map[time.Duration]time.Duration{
		time.Second: 100 * time.Millisecond, 20 * time.Second: time.Second, 10 * time.Minute: 6 * time.Second,
	} {
		if got := lead(left); got != want {
			t.Errorf("%v before a deadline in %v, want %v", got, left, want)
		}
	}
}

// The program's start is a guess, which a test that knows better corrects.
func TestTimeoutOfAnotherDeadlineTellsNothing(t *testing.T) {
	w := &timeout{}
	at := time.Now().Add(time.Hour)
	w.add(newStarted(t, deadlined{TB: t, at: at}))
	w.add(newStarted(t, deadlined{TB: t, at: at.Add(time.Minute)}))
	var early, right strings.Builder
	w.tell(&early, at)
	w.tell(&right, at.Add(time.Minute))
	if got := strings.Count(right.String(), "transcript of"); early.Len() > 0 || got != 2 {
		t.Errorf("%d servers, want 2, and nothing before:\n%s", got, &early)
	}
}

func TestTimeoutTellsEachServerOnceAndBoundsThem(t *testing.T) {
	w := &timeout{}
	at := time.Now().Add(time.Hour)
	tb := deadlined{TB: t, at: at}
	gone := newStarted(t, tb)
	w.add(gone)
	w.remove(gone)
	for range maxStories + 2 {
		w.add(newStarted(t, tb))
	}
	var first, second, third strings.Builder
	w.tell(&first, at)
	w.tell(&second, at)
	if got := strings.Count(first.String(), "transcript of"); got != maxStories || !strings.Contains(first.String(), "and 2 more servers") {
		t.Errorf("%d servers, want %d and 2 more:\n%s", got, maxStories, &first)
	}
	if got := moreServers(1); got != "1 more server" {
		t.Errorf("one more is %q", got)
	}
	if second.Len() > 0 {
		t.Errorf("they are told of again:\n%s", &second)
	}
	w.add(newStarted(t, tb)) // so late, it gets a timer of its own
	if !w.set.Equal(at) {
		t.Error("no timer waits for a server that started after the others had their turn")
	}
	w.tell(&third, at)
	if got := strings.Count(third.String(), "transcript of"); got != 1 {
		t.Errorf("%d servers, want that one:\n%s", got, &third)
	}
	w.timer.Stop()
}

func TestTimeoutWhileTestsEnd(t *testing.T) {
	w := &timeout{}
	at := time.Now().Add(time.Hour)
	tb := deadlined{TB: t, at: at}
	var tests, telling sync.WaitGroup
	over := make(chan struct{})
	telling.Go(func() {
		for {
			w.tell(io.Discard, at)
			select {
			case <-over:
				return
			default:
			}
		}
	})
	for range 4 {
		tests.Go(func() {
			for range 50 {
				s, err := Listen(Config{})
				if err != nil {
					t.Error(err)
					return
				}
				st := &started{servers: []server{s}, tb: tb}
				w.add(st)
				if err := s.Close(); err != nil {
					t.Error(err)
				}
				w.remove(st)
			}
		})
	}
	tests.Wait()
	close(over)
	telling.Wait()
	if len(w.servers) != 0 {
		t.Errorf("%d servers are kept", len(w.servers))
	}
}

// A test whose directory can't be had any more says so by a panic.
type panicking struct{ TB }

func (panicking) Name() string { panic("it is over") }

func TestTimeoutSurvivesATestThatIsOver(t *testing.T) {
	t.Setenv(artifactsVariable, t.TempDir())
	w := &timeout{}
	s := newStarted(t, deadlined{TB: t, at: time.Now().Add(time.Hour)})
	s.tb = panicking{t}
	w.add(s)
	var out strings.Builder
	w.tell(&out, w.set)
	if !strings.Contains(out.String(), "transcript of") {
		t.Errorf("nothing is told:\n%s", &out)
	}
}

// The timer of a server in a bubble is not of the bubble's time, which passes at once.
func TestTimeoutInABubbleIsReal(t *testing.T) {
	flags := flagDeadline()
	synctest.Test(t, func(t *testing.T) {
		w := &timeout{}
		w.add(&started{tb: t})
		time.Sleep(100 * 365 * 24 * time.Hour)
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.set.Equal(flags) {
			t.Errorf("it waits for %v, want %v, which is counted from the program's start", w.set, flags)
		}
		for _, n := range w.servers {
			if n < 0 {
				t.Error("the server had its turn, in virtual time")
			}
		}
	})
}

func TestBubbleIsNoneOutside(t *testing.T) {
	var in, out bool
	done := make(chan struct{})
	synctest.Test(t, func(t *testing.T) {
		in = inBubble()
		time.Sleep(10 * 365 * 24 * time.Hour)
		in = in && inBubble()
		outsideBubbles(func() {
			out = !inBubble()
			close(done)
		})
	})
	<-done
	if !in || !out || inBubble() {
		t.Errorf("in the bubble: %v, outside of it: %v, here: %v; want true, true, false", in, out, inBubble())
	}
}

// nothingAtZero is set in a process that runs without a timeout.
const nothingAtZero = "FAKEWIRE_TEST_NO_TIMEOUT"

func TestTimeoutOfZeroIsNone(t *testing.T) {
	if os.Getenv(nothingAtZero) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=0")
		cmd.Env = append(os.Environ(), nothingAtZero+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Errorf("without a timeout: %v\n%s", err, out)
		}
		return
	}
	type noDeadline struct{ TB }
	for _, tb := range []TB{t, noDeadline{t}} {
		w := &timeout{}
		w.add(newStarted(t, tb))
		if w.timer != nil || !flagDeadline().IsZero() {
			t.Errorf("%T: there is a timer", tb)
		}
	}
}

func TestStartRefusesARealSocketInABubble(t *testing.T) {
	ln, err := port.Kernel{}.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	pc, err := port.Kernel{}.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	for what, start := range map[string]func() error{
		"Listen":           func() error { _, err := Listen(Config{}); return err },
		"Listen on unix":   func() error { _, err := Listen(Config{Network: "unix"}); return err },
		"Listen down":      func() error { _, err := Listen(Config{StartDown: true}); return err },
		"ListenPacket":     func() error { _, err := ListenPacket(PacketConfig{}); return err },
		"another's socket": func() error { _, err := Listen(Config{Transport: port.Kernel{}}); return err },
		"another's datagrams": func() error {
			_, err := ListenPacket(PacketConfig{Transport: port.Kernel{}})
			return err
		},
		"WrapListener":   func() error { _, err := WrapListener(ln, Config{}); return err },
		"WrapPacketConn": func() error { _, err := WrapPacketConn(pc, PacketConfig{}); return err },
	} {
		synctest.Test(t, func(t *testing.T) {
			if err := start(); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "Transport to a *nettest.Network") {
				t.Errorf("%s in a bubble: %v, want ErrConfig with what to do", what, err)
			}
		})
	}
}
