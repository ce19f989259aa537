package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// wakeUps returns how often goroutines began to run, about an eighth of it: the runtime
// takes a sample.
func wakeUps() (n uint64) {
	sample := []metrics.Sample{{Name: "/sched/latencies:seconds"}}
	metrics.Read(sample)
	for _, count := range sample[0].Value.Float64Histogram().Counts {
		n += count
	}
	return n
}

// In a day whoever sets a timer of five seconds again and again wakes up 17,000 times, and
// whoever polls more often.
const (
	settling = time.Hour // longer than anything that a plan delays here
	quiet    = 24 * time.Hour
	mayWake  = 400
)

// A patient is one side of a connection that waits for ever.
type patient struct {
	writes    []int
	halfClose bool
	reads     bool // until the end
	how       string
}

// patientEnds are what a side does at last. A client waits, and a handler may do anything else.
func drawPatient(t *rapid.T, ends ...string) patient {
	p := patient{halfClose: coin(t, 3, "half-close"), reads: !coin(t, 3, "reads"), how: rapid.SampledFrom(ends).Draw(t, "end")}
	for range between(t, 0, 3, "writes") {
		p.writes = append(p.writes, between(t, 1, 3000, "bytes"))
	}
	return p
}

// play does that on c.
func (p patient) play(c interface {
	io.ReadWriter
	CloseWrite() error
}) {
	var writer sync.WaitGroup
	writer.Go(func() {
		for _, n := range p.writes {
			if _, err := c.Write(make([]byte, n)); err != nil {
				return
			}
		}
		if p.halfClose {
			c.CloseWrite()
		}
	})
	if p.reads {
		io.Copy(io.Discard, struct{ io.Reader }{c})
	}
	writer.Wait()
}

// ServeConn makes a patient a handler.
func (p patient) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	p.play(c)
	switch p.how {
	case "close":
		return c.Close()
	case "reset":
		return c.Reset()
	case "fail":
		return errFail
	case "wait":
		<-ctx.Done()
	}
	return nil
}

// A stillness is a schedule without a deadline.
type stillness struct {
	plan            fault.Plan
	window          int
	client, handler patient
}

func drawStillness(t *rapid.T) stillness {
	s := stillness{
		plan:   wirePlan{length: 4000, unit: time.Second, directions: both, forever: true, across: true}.draw(t),
		window: rapid.SampledFrom([]int{1 << 16, 1000}).Draw(t, "window"),
		client: drawPatient(t, "wait"), handler: drawPatient(t, "return", "close", "reset", "fail", "wait"),
	}
	if coin(t, 2, "for ever") {
		s.plan.Rules = append(s.plan.Rules, fault.Rule{
			Fault:     rapid.SampledFrom([]fault.Fault{fault.Stall{}, fault.Hold{Gate: gate}, fault.Latency{Delay: 300 * 24 * time.Hour}}).Draw(t, "stop"),
			Direction: rapid.SampledFrom(both).Draw(t, "direction"),
		}.AfterBytes(int64(between(t, 0, 4000, "bytes"))).NeedNotFire())
	}
	if coin(t, 4, "on accept") {
		s.plan.Rules = append(s.plan.Rules, fault.OnAccept(rapid.SampledFrom([]fault.Fault{fault.Stall{}, fault.Stall{For: time.Second}, fault.Close{}, fault.Reset{}}).Draw(t, "accept")).NeedNotFire())
	}
	if coin(t, 3, "by the clock") {
		s.plan.Rules = append(s.plan.Rules, fault.Rule{
			Fault:     rapid.SampledFrom([]fault.Fault{fault.Stall{}, fault.Close{}, fault.Reset{}, fault.Hold{Gate: gate}}).Draw(t, "fault"),
			Direction: rapid.SampledFrom(both).Draw(t, "direction"),
		}.AfterTime(time.Duration(between(t, 1, 9, "after"))*time.Second).NeedNotFire())
	}
	return s
}

// settle plays the schedule in a bubble. When everything that takes time is over, nobody may
// wake up any more, until the server's Close, which ends all at once.
func (s stillness) settle() error {
	network := new(fakenet.Network)
	srv, err := fakeserver.Listen(fakeserver.Config{Transport: network, Handler: s.handler, Faults: s.plan})
	if err != nil {
		return err
	}
	var client sync.WaitGroup
	client.Go(func() {
		c, err := network.DialContext(context.Background(), "tcp", srv.Addr())
		if err != nil {
			return
		}
		c.(*fakenet.Conn).SetReadBuffer(s.window)
		s.client.play(c.(*fakenet.Conn))
		<-srv.Done()
		c.Close()
	})
	time.Sleep(settling)
	before := wakeUps()
	time.Sleep(quiet)
	var errs []error
	if n := wakeUps() - before; n > mayWake {
		errs = append(errs, fmt.Errorf("goroutines woke up some %d times in a day in which nothing happens\n%v", 8*n, srv.Transcript()))
	}
	began := time.Now()
	errs = append(errs, srv.Close())
	if d := time.Since(began); d > 0 {
		errs = append(errs, fmt.Errorf("Close took %v", d))
	}
	client.Wait()
	return errors.Join(errs...)
}

// Whatever waits for good waits without a clock, so that a bubble can say that it is
// deadlocked.
func TestQuietWaitsTakeNoTime(t *testing.T) {
	check(t, 100, func(rt *rapid.T) {
		s := drawStillness(rt)
		var err error
		synctest.Test(t, func(*testing.T) { err = s.settle() })
		if err != nil {
			rt.Fatalf("%#v\nclient %+v, handler %+v, window %d\n%v", s.plan, s.client, s.handler, s.window, err)
		}
	})
}

// The bubble in which everybody waits for ever is found out: the server's FIN never leaves, and
// the client has no deadline.
func TestQuietDeadlocksAreReported(t *testing.T) {
	for name, rules := range map[string][]fault.Rule{
		"stall":         {fault.ToClient(fault.Stall{})},
		"hold":          {fault.ToClient(fault.Hold{Gate: gate})},
		"stall, ruled":  {fault.ToClient(fault.Stall{}), fault.FromClient(fault.Slice{Size: 9}).NeedNotFire()},
		"both":          {fault.ToClient(fault.Stall{}), fault.FromClient(fault.Stall{})},
		"accept":        {fault.OnAccept(fault.Stall{})},
		"stalled later": {fault.ToClient(fault.Stall{}).AfterBytes(3)},
	} {
		t.Run(name, func(t *testing.T) {
			said := deadlock(t, func() {
				network := new(fakenet.Network)
				srv, err := fakeserver.Listen(fakeserver.Config{Transport: network, Handler: greets("hello", func(*fakeserver.Conn) error { return nil }), Faults: plan(rules...)})
				if err != nil {
					t.Error(err)
					return
				}
				c, err := network.DialContext(context.Background(), "tcp", srv.Addr())
				if err != nil {
					t.Error(err)
					return
				}
				io.Copy(io.Discard, c)
			})
			if !strings.Contains(said, "all goroutines in bubble are blocked") {
				t.Errorf("the bubble ended with %q", said)
			}
		})
	}
}

// deadlock runs f in a bubble that never ends, and returns what the runtime says of it.
func deadlock(t *testing.T, f func()) (said string) {
	t.Helper()
	defer func() { said = fmt.Sprint(recover()) }()
	synctest.Test(t, func(*testing.T) { f() })
	return ""
}
