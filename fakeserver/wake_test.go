package fakeserver_test

import (
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Plans follow one another while a Read goes over to the first of them: it goes over to
// the last, too, and not with the next byte.
func TestSetFaultsInARowActsAtOnce(t *testing.T) {
	other := fault.FromClient(fault.Reset{}).OnConn(2).NeedNotFire().Named("other")
	for round := range 200 {
		srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Discard{}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := net.Dial("tcp", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() == 1 })
		for range 8 {
			setFaults(t, srv, other)
			setFaults(t, srv)
		}
		setFaults(t, srv, other)
		for began := time.Now(); time.Since(began) < time.Duration(round%20)*500*time.Nanosecond; {
		} // the Read is at another point of it in each round
		setFaults(t, srv, fault.FromClient(fault.Reset{}).Named("live"))
		wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 })
		c.Close()
		srv.Close()
	}
}

// A handler sets its deadline just when a change of the plan wakes its Read, which has not
// run yet: it looks all the same.
func TestSetFaultsReachesAReadWithADeadline(t *testing.T) {
	wires := &hookedListener{wires: make(chan net.Conn, 1)}
	l := fakeserver.StartListener(t, wires, fakeserver.Config{})
	client, server := net.Pipe()
	defer client.Close()
	wire := &sleepyConn{hookedConn: hookedConn{Conn: server}, reads: make(chan bool), looks: make(chan bool)}
	wires.wires <- wire
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	failed := make(chan error)
	go func() {
		_, err := c.Read(make([]byte, 1))
		failed <- err
	}()
	<-wire.reads
	setFaults(t, l, fault.FromClient(fault.Reset{}).Named("live"))
	c.SetReadDeadline(time.Now().Add(time.Hour))
	close(wire.looks)
	wait(t, l, func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 })
	<-failed
}

// A sleepyConn's first Read sleeps until it may look whether its deadline has passed, as one in a
// socket does that was woken and has not run yet: what the deadline was meanwhile, it does
// not see.
type sleepyConn struct {
	hookedConn
	reads, looks chan bool
	once         sync.Once

	mu sync.Mutex // guards by
	by time.Time
}

func (c *sleepyConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by = t
	return c.Conn.SetReadDeadline(t)
}

func (c *sleepyConn) hasPassed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.by.IsZero() && !time.Now().Before(c.by)
}

func (c *sleepyConn) Read(p []byte) (int, error) {
	woken := false
	c.once.Do(func() {
		close(c.reads)
		<-c.looks
		woken = c.hasPassed()
	})
	if woken {
		return 0, os.ErrDeadlineExceeded
	}
	return c.Conn.Read(p)
}

// Changes of the plan at once: one gives a direction its first rules, and another comes while
// that is under way. The race detector tells.
func TestSetFaultsSideBySide(t *testing.T) {
	latency := fault.ToClient(fault.Latency{Delay: 1}).AfterTime(time.Hour).NeedNotFire()
	for range 100 {
		wires := &hookedListener{wires: make(chan net.Conn, 1)}
		l, err := fakeserver.WrapListener(wires, fakeserver.Config{})
		if err != nil {
			t.Fatal(err)
		}
		client, server := net.Pipe()
		wires.wires <- &slowToSet{hookedConn{Conn: server}}
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		var changes sync.WaitGroup
		for i := range 4 {
			changes.Go(func() {
				if err := l.SetFaults(plan(latency.Named(string(rune('a' + i))))); err != nil {
					t.Error(err)
				}
			})
		}
		changes.Wait()
		client.Close()
		c.Close()
		if err := l.Stop(); err != nil {
			t.Fatal(err)
		}
	}
}

// A slowToSet takes its time to set a deadline for writes.
type slowToSet struct{ hookedConn }

func (c *slowToSet) SetWriteDeadline(t time.Time) error {
	time.Sleep(100 * time.Microsecond)
	return c.Conn.SetWriteDeadline(t)
}
