package fakeserver_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// cut stops every open connection, both ways, and those that come.
var cut = []fault.Rule{fault.FromClient(fault.Stall{}).Now(), fault.ToClient(fault.Stall{}).Now()}

// A talker writes what it is told to, and reads what comes meanwhile.
type talker struct{ say, said chan string }

func (h talker) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	go io.Copy(io.Discard, c)
	for {
		select {
		case text := <-h.say:
			if _, err := io.WriteString(c, text); err != nil {
				return err
			}
			h.said <- text
		case <-ctx.Done():
			return nil
		}
	}
}

// stopped reports whether both directions have been cut n times.
func stopped(n int) func(transcript.Transcript) bool {
	return func(tr transcript.Transcript) bool { return len(tr.Faults()) == 2*n }
}

// An outage is a connection that is cut and healed.
type outage struct {
	*testing.T
	srv     *fakeserver.Server
	c       net.Conn
	h       talker
	others  []fault.Rule // which are in force all the time
	await   func(func(transcript.Transcript) bool)
	in, out string // what came and left so far
}

// run cuts the connection and heals it, again and again: what is sent meanwhile arrives
// afterwards, and once.
func (o outage) run() {
	for n := 1; n <= 3; n++ {
		setFaults(o.T, o.srv, slices.Concat(o.others, cut)...)
		o.await(stopped(n))
		request, answer := fmt.Sprintf("request %d\n", n), fmt.Sprintf("answer %d\n", n)
		send(o, o.c, request)
		o.h.say <- answer
		<-o.h.said
		time.Sleep(time.Millisecond) // a chance for what must not happen
		o.wantRecorded(n, "while it is cut")
		setFaults(o.T, o.srv, o.others...)
		o.in, o.out = o.in+request, o.out+answer
		wantRead(o, o.c, answer)
		o.await(func(tr transcript.Transcript) bool { return len(tr.FromClient()) >= len(o.in) })
		o.wantRecorded(n, "when it is healed")
	}
}

func (o outage) wantRecorded(n int, when string) {
	o.Helper()
	if in, out := string(o.srv.Transcript().FromClient()), string(o.srv.Transcript().ToClient()); in != o.in || out != o.out {
		o.Errorf("outage %d, %s: there came %q and left %q, want %q and %q", n, when, in, out, o.in, o.out)
	}
}

// ruled gives both directions rules that change nothing.
var ruled = []fault.Rule{
	fault.FromClient(fault.Latency{Delay: 1}).AfterBytes(1 << 40).NeedNotFire(),
	fault.ToClient(fault.Latency{Delay: 1}).AfterBytes(1 << 40).NeedNotFire(),
}

var oneConn = func(tr transcript.Transcript) bool { return tr.Conns() == 1 }

func TestNowCutsAndHeals(t *testing.T) {
	for name, others := range map[string][]fault.Rule{"unruled": nil, "ruled": ruled} {
		t.Run(name, func(t *testing.T) {
			h := talker{make(chan string), make(chan string)}
			srv := fakeserver.Start(t, fakeserver.Config{Handler: h, Faults: plan(others...)})
			await := func(cond func(transcript.Transcript) bool) { t.Helper(); wait(t, srv, cond) }
			c := dial(t, srv)
			await(oneConn)
			outage{T: t, srv: srv, c: c, h: h, others: others, await: await}.run()
		})
	}
}

func TestNowCutsAndHealsInMemory(t *testing.T) {
	for name, others := range map[string][]fault.Rule{"unruled": nil, "ruled": ruled} {
		t.Run(name, func(t *testing.T) {
			h := new(talker)
			inMemory(t, fakeserver.Config{Handler: h, Faults: plan(others...)}, func(m cell) {
				*h = talker{make(chan string), make(chan string)} // the bubble's
				c := m.dial()
				defer c.Close()
				m.await(oneConn)
				outage{T: t, srv: m.srv, c: c, h: *h, others: others, await: m.await}.run()
			})
		})
	}
}

// A client that comes while all is cut is stopped from its beginning.
func TestNowIsTheBeginningOfALaterConnection(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	setFaults(t, srv, cut...)
	c := dial(t, srv)
	send(t, c, "hello")
	wait(t, srv, stopped(1))
	for _, e := range srv.Transcript().Faults() {
		if e.Offset != 0 {
			t.Errorf("%v is stopped at %d, want 0", e.Direction, e.Offset)
		}
	}
	setFaults(t, srv)
	wantRead(t, c, "hello")
}

// While a rule of the plan stops a direction, one for now waits. It acts where the stop was.
func TestNowWaitsForAStop(t *testing.T) {
	for _, on := range []func(fault.Fault) fault.Rule{fault.FromClient, fault.ToClient} {
		hold := on(fault.Hold{Gate: gate}).AfterBytes(2)
		t.Run(hold.Direction.String(), func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(hold)})
			c := dial(t, srv)
			send(t, c, "ab")
			if err := srv.AwaitHeld(t.Context(), gate); err != nil {
				t.Fatal(err)
			}
			wantRead(t, c, "ab")
			setFaults(t, srv, hold, on(fault.Close{}).Now().Named("now"))
			if o := srv.Report().Rules[1]; o.State != fault.NotReached {
				t.Errorf("it is %v while the direction is held", o.State)
			}
			srv.Release(gate)
			wantAll(t, c, "", io.EOF)
			if o := srv.Report().Rules[1]; o.State != fault.Fired || o.Offset != 2 {
				t.Errorf("it is %v at %d, want fired at 2", o.State, o.Offset)
			}
		})
	}
}

// A rule for now that comes with another, and stays when that goes, goes on: it does not act a
// second time.
func TestNowActsOnceWhileItStays(t *testing.T) {
	inMemory(t, fakeserver.Config{Handler: fakeserver.Echo{}}, func(m cell) {
		c := m.dial()
		stall := fault.FromClient(fault.Stall{For: time.Second}).Now()
		for range 3 {
			setFaults(t, m.srv, stall)
			time.Sleep(time.Minute)
			setFaults(t, m.srv, append(ruled, stall)...)
			send(t, c, "ab")
			wantRead(t, c, "ab")
		}
		if o := m.srv.Report().Rules; o[2].Count != 1 {
			t.Errorf("it acted %d times, want once", o[2].Count)
		}
		c.Close()
	})
}

// What OnAccept rules hold up is at its beginning when they are done, whatever came meanwhile.
func TestNowWaitsForOnAccept(t *testing.T) {
	stall := fault.OnAccept(fault.Stall{For: time.Second})
	inMemory(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(stall)}, func(m cell) {
		c := m.dial()
		m.await(func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 })
		setFaults(t, m.srv, stall, fault.ToClient(fault.Close{}).Now())
		m.await(ended(1))
		e := m.srv.Transcript().Faults()[1]
		if e.At != time.Second || e.Offset != 0 {
			t.Errorf("it acted at %d after %v, want at 0 after 1s", e.Offset, e.At)
		}
		c.Close()
	})
}

// A connection that is ending may be past a rule for now, which then says that nothing came to it.
func TestNowLeavesAConnectionThatIsEndingAlone(t *testing.T) {
	for name, others := range map[string][]fault.Rule{"unruled": nil, "ruled": ruled} {
		t.Run(name, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "bye"}, Faults: plan(others...)})
			c := dial(t, srv)
			send(t, c, "hello")
			wantAll(t, c, "bye", io.EOF)
			setFaults(t, srv, append(slices.Clone(others), fault.ToClient(fault.Reset{}).Now().Named("now"))...)
			c.Close()
			wait(t, srv, ended(1))
			outcomes := srv.Report().Rules
			if o := outcomes[len(outcomes)-1]; o.State != fault.NotReached {
				t.Errorf("it is %v", o.State)
			}
			if how := srv.Transcript().Conn(1).Ending(transcript.ToClient); how != transcript.ByFIN {
				t.Errorf("ended by %v, want FIN", how)
			}
			setFaults(t, srv, others...)
		})
	}
}

func TestNowIsTheNextDatagram(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	c := dialUDP(t, srv)
	for n, text := range []string{"one", "two", "three", "four"} {
		if n == 2 {
			setFaults(t, srv, fault.FromClient(fault.Loss{Nth: 1}).Now(), fault.ToClient(fault.Truncate{Size: 1}).Now().ForDatagrams(1))
		}
		send(t, c, text)
		if n != 2 {
			wantRead(t, c, map[bool]string{true: "f", false: text}[n == 3])
		}
	}
	var got []string
	for _, e := range srv.Transcript().Faults() {
		got = append(got, fmt.Sprintf("%s #%d", e.Rule, e.Offset))
	}
	if text := strings.Join(got, ", "); text != "loss.FromClient.1 #3, truncate.ToClient.1 #3" {
		t.Errorf("the rules acted: %s", text)
	}
}
