package nettest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// A readScript is what a client writes and what a handler reads, strictly in turn: before the
// next step everybody waits.
type readScript struct {
	steps []readStep
	last  int // the buffer of the handler's reads from the client's end on
}

// A readStep is a Write of so many bytes, or the beginning of a Read with a buffer of that size.
type readStep struct{ write, read int }

// length returns how much the client writes.
func (s readScript) length() (n int) {
	for _, step := range s.steps {
		n += step.write
	}
	return n
}

// data returns what the client writes. It is full of beginnings of matches.
func (s readScript) data() string { return strings.Repeat("abaababaabaab", s.length()/13+1) }

// handlerReads plays the script in virtual time, and returns what each Read gave.
func (s readScript) handlerReads(t *testing.T, p fault.Plan) (reads []string) {
	nettest.Bubble(t, func(t fakeserver.TB) {
		sizes, done := make(chan int, len(s.steps)), make(chan struct{})
		handler := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			defer close(done)
			for size := range sizes {
				reads = append(reads, oneRead(c, size))
			}
			for size := s.last; ; {
				reads = append(reads, oneRead(c, size))
				if !strings.HasSuffix(reads[len(reads)-1], "<nil>") {
					return nil
				}
			}
		})
		n := new(nettest.Network)
		srv := fakeserver.Start(t, fakeserver.Config{Transport: n, Handler: handler, Faults: p})
		c, err := n.Dial("tcp", srv.Addr())
		if err != nil {
			t.Fatalf("%v", err)
		}
		s.play(c, sizes)
		<-done
		c.Close()
	})
	return reads
}

// play is the client, and tells the handler when to read.
func (s readScript) play(c net.Conn, sizes chan<- int) {
	data := s.data()
	for _, step := range s.steps {
		time.Sleep(time.Millisecond) // until nobody does anything any more
		if step.read > 0 {
			sizes <- step.read
			continue
		}
		io.WriteString(c, data[:step.write])
		data = data[step.write:]
	}
	time.Sleep(time.Millisecond)
	close(sizes)
	c.(*nettest.Conn).CloseWrite()
}

func oneRead(c io.Reader, size int) string {
	p := make([]byte, size)
	n, err := c.Read(p)
	return fmt.Sprintf("Read(%d) = %d bytes %.8q, %v", size, n, p[:n], err)
}

// check compares the handler's reads under p with those without rules.
func (s readScript) check(t *testing.T, p fault.Plan) error {
	want, got := s.handlerReads(t, fault.Plan{}), s.handlerReads(t, p)
	if slices.Equal(got, want) {
		return nil
	}
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	return fmt.Errorf("the handler's reads differ from number %d on:\n%s\nwithout rules\n%s", i+1, strings.Join(around(got, i), "\n"), strings.Join(around(want, i), "\n"))
}

func drawReadScript(t *rapid.T) readScript {
	size := func(label string) int {
		switch between(t, 1, 4, label+" is") {
		case 1:
			return between(t, 1, 20, label)
		case 2:
			return between(t, 21, 3000, label)
		case 3:
			return between(t, 3000, 20_000, label)
		}
		return between(t, 20_000, 600_000, label)
	}
	var s readScript
	for range between(t, 1, 10, "steps") {
		if coin(t, 2, "reads") {
			s.steps = append(s.steps, readStep{read: size("buffer")})
		} else {
			s.steps = append(s.steps, readStep{write: size("write")})
		}
	}
	if s.last = size("last buffer"); s.last < 100 {
		s.last = 1000
	}
	return s
}

// everyStreamFault has one of each kind.
var everyStreamFault = []fault.Fault{
	fault.Bandwidth{BytesPerSecond: 100, Burst: 1}, fault.Blackhole{}, fault.Close{}, fault.Corrupt{Rate: 1}, fault.HalfClose{}, fault.Hold{Gate: "gate"},
	fault.Latency{Delay: time.Second, Jitter: time.Millisecond}, fault.Replace{Old: "a", New: "b"}, fault.Reset{}, fault.Slice{Size: 1}, fault.SlowClose{Delay: time.Hour}, fault.Stall{},
}

// harmless are faults that act and change nothing.
var harmless = []fault.Fault{
	fault.Slice{Size: 1 << 40}, fault.Replace{Old: "none", New: "x"}, fault.Corrupt{Bits: []int64{1 << 40}}, fault.SlowClose{Delay: time.Microsecond}, fault.Bandwidth{BytesPerSecond: 1 << 40, Burst: 1 << 40},
}

// drawIdleRule draws a rule that does not act on what the client of a script writes, for any
// of the reasons there are.
func drawIdleRule(t *rapid.T, length int) fault.Rule {
	if coin(t, 5, "is harmless") {
		return fault.FromClient(rapid.SampledFrom(harmless).Draw(t, "harmless"))
	}
	r := fault.FromClient(rapid.SampledFrom(everyStreamFault).Draw(t, "fault"))
	if coin(t, 2, "after bytes") {
		r = r.AfterBytes(int64(between(t, 0, length, "bytes")))
	}
	if coin(t, 3, "after a match") {
		r = r.AfterMatch("baa")
	}
	switch between(t, 1, 5, "why not") {
	case 1:
		return r.AfterBytes(int64(length + between(t, 1, 5000, "beyond")))
	case 2:
		return r.AfterMatch(rapid.SampledFrom([]string{"\n", "ac", "abaabc", "aabaababc"}).Draw(t, "no match"))
	case 3:
		return r.AfterTime(time.Hour)
	case 4:
		return r.WithProbability(0)
	}
	return r.OnConn(2)
}

// A handler's reads are the same, read for read, whether there are rules that don't act or none.
func TestReadsAreTheSameUnderRulesThatDoNotAct(t *testing.T) {
	checkRandom(t, 150, func(rt *rapid.T) {
		s, p := drawReadScript(rt), fault.Plan{Seed: 1}
		for range between(rt, 1, 3, "rules") {
			p.Rules = append(p.Rules, drawIdleRule(rt, s.length()).MayNotFire())
		}
		if err := s.check(t, p); err != nil {
			rt.Fatalf("%+v\n%#v\n%v", s, p, err)
		}
	})
}

// The list has every kind of fault there is for streams: a new one is put to the test too.
func TestReadsAreTriedUnderEveryFault(t *testing.T) {
	for _, f := range everyStreamFault {
		for _, d := range []func(fault.Fault) fault.Rule{fault.FromClient} {
			for why, r := range map[string]fault.Rule{
				"too few bytes": d(f).AfterBytes(1 << 30), "no match": d(f).AfterMatch("none"), "no time": d(f).AfterTime(time.Hour),
				"bytes and no time": d(f).AfterBytes(3000).AfterTime(time.Hour), "bytes and no luck": d(f).AfterBytes(3000).WithProbability(0),
				"match and no time": d(f).AfterMatch("ab").AfterTime(time.Hour), "match and no luck": d(f).AfterMatch("ab").WithProbability(0),
			} {
				s := readScript{[]readStep{{read: 1 << 16}, {write: 6000}, {write: 100}, {write: 70_000}, {read: 1 << 16}, {read: 1 << 16}, {write: 400_000}}, 1 << 20}
				if err := s.check(t, fault.Plan{Rules: []fault.Rule{r.MayNotFire()}}); err != nil {
					t.Errorf("%s, %s: %v", f.Kind(), why, err)
				}
			}
		}
	}
	_ = errors.New
	_ = transcript.FromClient
}
