package oneplan_test

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
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// A readScript is what a client writes, and what a handler reads and writes, strictly alternating:
// before the next step every goroutine waits.
type readScript struct {
	steps []readStep
	last  int  // the buffer of the handler's Reads after the client's end
	reset bool // the client's end is an RST, and not a FIN
}

// A readStep is a Write by the client of that many bytes, the beginning of a Read by the handler
// with a buffer of that size, or a Write by the handler, which comes when its Reads have returned.
type readStep struct{ write, read, answer int }

// length returns how much the client writes.
func (s readScript) length() (n int) {
	for _, step := range s.steps {
		n += step.write
	}
	return n
}

// longest returns how much the side writes that writes more.
func (s readScript) longest() (n int) {
	for _, step := range s.steps {
		n += step.answer
	}
	return max(n, s.length())
}

// letters returns n bytes of what either side writes. They are full of beginnings of matches.
func letters(n int) string { return strings.Repeat("abaababaabaab", n/13+1)[:n] }

// A readScriptResult is what each Read returned, and what left in one piece by the record.
type readScriptResult struct{ handler, client, left []string }

// run plays the script in virtual time.
func (s readScript) run(t *testing.T, p fault.Plan) (r readScriptResult) {
	nettest.Bubble(t, func(t fakeserver.TB) {
		steps, done, handled := make(chan readStep, len(s.steps)), make(chan struct{}), make(chan struct{})
		n := new(nettest.Network)
		srv := fakeserver.Start(t, fakeserver.Config{Transport: n, Faults: p, Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			defer close(handled)
			for step := range steps {
				if step.read > 0 {
					r.handler = append(r.handler, oneRead(c, step.read))
				} else {
					time.Sleep(7 * time.Microsecond) // until the client has read the previous one
					io.WriteString(c, letters(step.answer))
				}
			}
			r.handler = append(r.handler, readsToTheEnd(c, s.last)...)
			return nil
		})})
		c, err := n.DialContext(context.Background(), "tcp", srv.Addr())
		if err != nil {
			t.Fatalf("%v", err)
		}
		go func() {
			defer close(done)
			r.client = readsToTheEnd(c, 64<<10)
		}()
		s.play(c, steps)
		<-handled
		<-done
		c.Close()
		srv.Close()
		for e := range srv.Transcript().Kind(transcript.Data).All() {
			if e.Direction == transcript.ToClient {
				r.left = append(r.left, fmt.Sprint(len(e.Data), " bytes left"))
			}
		}
	})
	return r
}

// play is the client, and tells the handler what to do.
func (s readScript) play(c net.Conn, steps chan<- readStep) {
	data := letters(s.length())
	for _, step := range s.steps {
		time.Sleep(time.Millisecond) // until every goroutine waits
		if step.write == 0 {
			steps <- step
			continue
		}
		io.WriteString(c, data[:step.write])
		data = data[step.write:]
	}
	time.Sleep(time.Millisecond)
	if s.reset {
		c.(*nettest.Conn).Reset()
	} else {
		c.(*nettest.Conn).CloseWrite()
	}
	close(steps)
}

// readsToTheEnd reads until the end, and twice more.
func readsToTheEnd(c io.Reader, size int) (reads []string) {
	for {
		reads = append(reads, oneRead(c, size))
		if !strings.HasSuffix(reads[len(reads)-1], "<nil>") {
			return append(reads, oneRead(c, 0), oneRead(c, 1))
		}
	}
}

func oneRead(c io.Reader, size int) string {
	p := make([]byte, size)
	n, err := c.Read(p)
	return fmt.Sprintf("Read(%d) = %d bytes %.8q, %v", size, n, p[:n], err)
}

// check compares what comes of the script under p with what comes of it without rules.
func (s readScript) check(t *testing.T, p fault.Plan) error {
	want, got := s.run(t, fault.Plan{}), s.run(t, p)
	return errors.Join(sameReads("the handler's reads", got.handler, want.handler), sameReads("the client's reads", got.client, want.client),
		sameReads("the record", got.left, want.left))
}

func sameReads(what string, got, want []string) error {
	if slices.Equal(got, want) {
		return nil
	}
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	return fmt.Errorf("%s: number %d differs:\n%s\nwithout rules\n%s", what, i+1, strings.Join(around(got, i), "\n"), strings.Join(around(want, i), "\n"))
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
		s.steps = append(s.steps, rapid.SampledFrom([]readStep{{read: size("buffer")}, {write: size("write")}, {answer: size("answer")}}).Draw(t, "step"))
	}
	if s.reset = coin(t, 3, "resets"); s.reset { // a Write by the handler then learns of the RST in place of its Reads
		s.steps = slices.DeleteFunc(s.steps, func(step readStep) bool { return step.answer > 0 })
	}
	if s.last = size("last buffer"); s.last < 100 {
		s.last = 1000
	}
	return s
}

// everyStreamFault returns one fault of each kind that can act in a direction.
func everyStreamFault() (all []fault.Fault) {
	for _, kind := range faultgen.All(fault.Streams).Directed() {
		all = append(all, faultgen.Example(fault.Streams, kind, 1))
	}
	return all
}

// harmless are faults that begin at once and have nothing to do.
var harmless = []fault.Fault{
	fault.Slice{Size: 1 << 40}, fault.Replace{Old: "none", New: "x"}, fault.Corrupt{Bits: []int64{1 << 40}}, fault.SlowClose{Delay: time.Microsecond},
}

// drawIdleRule draws a rule that does not act on up to length bytes of a script, for one of several
// reasons.
func drawIdleRule(t *rapid.T, length int) fault.Rule {
	towards := rapid.SampledFrom([]func(fault.Fault) fault.Rule{fault.FromClient, fault.ToClient}).Draw(t, "direction")
	if coin(t, 5, "is harmless") {
		return towards(rapid.SampledFrom(harmless).Draw(t, "harmless"))
	}
	w := faultgen.Wire{Length: length, Unit: time.Second, Gate: "gate", Endless: true}
	r := towards(w.Draw(t, fault.Streams, faultgen.All(fault.Streams).Directed().Local()))
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

// A handler's Reads are the same, one by one, with rules that don't act and without rules; and so
// are what leaves and the client's Reads.
func TestReadsAreTheSameUnderRulesThatDoNotAct(t *testing.T) {
	checkRandom(t, 150, func(rt *rapid.T) {
		s, p := drawReadScript(rt), fault.Plan{Seed: 1}
		for range between(rt, 1, 3, "rules") {
			p.Rules = append(p.Rules, drawIdleRule(rt, s.longest()).NeedNotFire())
		}
		if err := s.check(t, p); err != nil {
			rt.Fatalf("%+v\n%#v\n%v", s, p, err)
		}
	})
}

// That is so for every kind of fault, and every reason not to act.
func TestReadsAreTheSameUnderEachFaultThatDoesNotAct(t *testing.T) {
	s := readScript{[]readStep{{read: 1 << 16}, {write: 6000}, {write: 100}, {write: 70_000}, {answer: 6000}, {read: 1 << 16}, {read: 1 << 16}, {write: 400_000}}, 1 << 20, false}
	for _, f := range everyStreamFault() {
		for _, d := range []func(fault.Fault) fault.Rule{fault.FromClient, fault.ToClient} {
			for why, r := range map[string]fault.Rule{
				"too few bytes": d(f).AfterBytes(1 << 30), "no match": d(f).AfterMatch("none"), "no time": d(f).AfterTime(time.Hour),
				"bytes and no time": d(f).AfterBytes(3000).AfterTime(time.Hour), "bytes and no luck": d(f).AfterBytes(3000).WithProbability(0),
				"match and no time": d(f).AfterMatch("ab").AfterTime(time.Hour), "match and no luck": d(f).AfterMatch("ab").WithProbability(0),
				"another conn": d(f).OnConn(2),
			} {
				if err := s.check(t, fault.Plan{Rules: []fault.Rule{r.NeedNotFire()}}); err != nil {
					t.Errorf("%v %s, %s: %v", r.Direction, f.Kind(), why, err)
				}
			}
		}
	}
}

// Looking for a match that does not come costs no events: there are about as many as with a rule
// that waits for an offset.
func TestReadsForAMatchThatDoesNotComeAreFew(t *testing.T) {
	events := func(r fault.Rule) (n int) {
		nettest.Bubble(t, func(t fakeserver.TB) {
			network := new(nettest.Network)
			srv := fakeserver.Start(t, fakeserver.Config{Transport: network, Faults: fault.Plan{Rules: []fault.Rule{r.NeedNotFire()}}})
			c, err := network.DialContext(context.Background(), "tcp", srv.Addr())
			if err != nil {
				t.Fatalf("%v", err)
			}
			io.WriteString(c, letters(1<<20))
			c.(*nettest.Conn).CloseWrite()
			io.ReadAll(c)
			c.Close()
			srv.Close()
			if got := len(srv.Transcript().FromClient()); got != 1<<20 {
				t.Errorf("%d bytes are in the record", got)
			}
			n = srv.Transcript().Len()
		})
		return n
	}
	for _, f := range []fault.Fault{fault.Reset{}, fault.Stall{}} {
		bytes := events(fault.FromClient(f).AfterBytes(1 << 40))
		if match := events(fault.FromClient(f).AfterMatch("abba")); match > 2*bytes {
			t.Errorf("%s: %d events while a match is looked for, want about %d", f.Kind(), match, bytes)
		}
	}
}
