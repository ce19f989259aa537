package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// A booth is a Listener on a network in memory, in a bubble.
type booth struct {
	fakeserver.TB
	*fakeserver.Listener
	net *fakenet.Network
}

func inBooth(t *testing.T, rules []fault.Rule, f func(b booth)) {
	t.Helper()
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		network := new(fakenet.Network)
		below, err := network.Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ln, err := fakeserver.WrapListener(below, fakeserver.Config{Faults: plan(rules...)})
		if err != nil {
			t.Fatal(err)
		}
		f(booth{tb, ln, network})
		if err := ln.Stop(); err != nil {
			t.Error(err)
		}
	})
}

// dial connects, and says what to say.
func (b booth) dial(text string) *fakenet.Conn {
	b.Helper()
	c, err := b.net.DialContext(context.Background(), "tcp", b.Address())
	if err != nil {
		b.Fatalf("%v", err)
	}
	io.WriteString(c, text)
	return c.(*fakenet.Conn)
}

// wantConn checks that Accept hands out connection n, with what its client has said.
func (b booth) wantConn(n int, text string) {
	b.Helper()
	c, err := b.Accept()
	if err != nil || c.(*fakeserver.Conn).Number() != n {
		b.Fatalf("Accept = %v, %v, want conn %d\n%v", c, err, n, b.Transcript())
	}
	p := make([]byte, 100)
	if got, err := c.Read(p); string(p[:got]) != text || err != nil {
		b.Errorf("conn %d: Read = %q, %v, want %q", n, p[:got], err, text)
	}
	c.Close()
}

// wantFailure checks that Accept fails, and that the record has it by then.
func (b booth) wantFailure(errno syscall.Errno) {
	b.Helper()
	before := b.failures()
	c, err := b.Accept()
	if c != nil || !errors.Is(err, errno) || !errors.Is(err, fault.ErrInjected) {
		b.Fatalf("Accept = %v, %v, want %v\n%v", c, err, errno, b.Transcript())
	}
	if after := b.failures(); after != before+1 {
		b.Errorf("the record has %d failures when Accept returns, want %d", after, before+1)
	}
}

// failures counts the Accepts that have failed by the record.
func (b booth) failures() (n int) {
	for _, e := range b.Transcript().Faults() {
		if strings.HasPrefix(e.Rule, "fail-accept") {
			n++
		}
	}
	return n
}

var emfile = fault.OnAccept(fault.FailAccept{})

// fired returns how often the rule has acted.
func (b booth) fired(rule int) int64 { return b.Report().Rules[rule].Count }

func TestFailAcceptHandsTheConnectionOutAfterwards(t *testing.T) {
	inBooth(t, []fault.Rule{emfile.OnConn(1).Times(2), fault.OnAccept(fault.FailAccept{Errno: syscall.ENOBUFS}).OnConn(1)}, func(b booth) {
		defer b.dial("hello").Close()
		b.wantFailure(syscall.EMFILE)
		b.wantFailure(syscall.EMFILE)
		b.wantFailure(syscall.ENOBUFS)
		b.wantConn(1, "hello")
		var told []string
		for _, e := range b.Transcript().Conn(1).Faults() {
			told = append(told, e.Rule+" "+e.Text)
		}
		if got, want := strings.Join(told, ", "), "fail-accept.OnAccept.1 EMFILE, fail-accept.OnAccept.1 EMFILE, fail-accept.OnAccept.2 ENOBUFS"; got != want {
			t.Errorf("the record tells of %s, want %s", got, want)
		}
		if b.fired(0) != 2 || b.fired(1) != 1 {
			t.Errorf("the report is\n%v", b.Report())
		}
		wantNil(t, "Verify", b.Verify())
	})
}

// The kernel's queue has one order, and nothing gets by what is at its head.
func TestFailAcceptLetsNothingBy(t *testing.T) {
	inBooth(t, []fault.Rule{emfile.OnConn(2).Times(2)}, func(b booth) {
		for _, text := range []string{"one", "two", "three"} {
			defer b.dial(text).Close()
		}
		b.wantConn(1, "one")
		b.wantFailure(syscall.EMFILE)
		b.wantFailure(syscall.EMFILE)
		b.wantConn(2, "two")
		b.wantConn(3, "three")
	})
}

// What waits in the backlog when the server goes down is accepted at once, and then several are
// to be handed out.
func TestFailAcceptInARowThoughOthersWait(t *testing.T) {
	inBooth(t, []fault.Rule{emfile.Times(5)}, func(b booth) {
		for range 4 {
			defer b.dial("hi").Close()
		}
		wantNil(t, "Down", b.Down())
		for range 4 {
			for range 5 {
				b.wantFailure(syscall.EMFILE)
			}
			c, err := b.Accept()
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
		}
		wantNil(t, "Up", b.Up())
	})
}

// Several goroutines that accept share what there is: so many failures, and one connection.
func TestFailAcceptWithSeveralAccepts(t *testing.T) {
	inBooth(t, []fault.Rule{emfile.Times(20)}, func(b booth) {
		var owners sync.WaitGroup
		var mu sync.Mutex
		failures, conns := 0, 0
		for range 5 {
			owners.Go(func() {
				for {
					c, err := b.Accept()
					if errors.Is(err, net.ErrClosed) {
						return
					}
					mu.Lock()
					if err != nil {
						failures++
					} else {
						conns++
						c.Close()
					}
					if recorded := len(b.Transcript().Faults()); recorded < failures {
						t.Errorf("%d Accepts have failed, and %d are recorded", failures, recorded)
					}
					mu.Unlock()
				}
			})
		}
		c := b.dial("hi")
		wantAll(t, c, "", io.EOF)
		c.Close()
		wantNil(t, "Close", b.Close())
		owners.Wait()
		if failures != 20 || conns != 1 || b.fired(0) != 20 {
			t.Errorf("%d failures and %d connections, want 20 and 1\n%v", failures, conns, b.Report())
		}
	})
}

func TestFailAcceptComesAfterAStall(t *testing.T) {
	inBooth(t, []fault.Rule{emfile.OnConn(1), fault.OnAccept(fault.Stall{For: time.Minute}).OnConn(1)}, func(b booth) {
		began := time.Now()
		defer b.dial("one").Close()
		defer b.dial("two").Close()
		b.wantConn(2, "two") // which a stall does not hold up
		b.wantFailure(syscall.EMFILE)
		if d := time.Since(began); d != time.Minute {
			t.Errorf("Accept failed after %v, want a minute", d)
		}
		b.wantConn(1, "one")
	})
}

// Rules for bytes begin when no Accept fails any more: nothing reads what waits in a kernel's queue.
func TestFailAcceptComesBeforeEverything(t *testing.T) {
	inBooth(t, []fault.Rule{emfile.Times(2), fault.ToClient(fault.Close{}), fault.FromClient(fault.Slice{Size: 2}).NeedNotFire()}, func(b booth) {
		c := b.dial("hello")
		defer c.Close()
		b.wantFailure(syscall.EMFILE)
		time.Sleep(time.Second)
		if got := b.Transcript().Conn(1); len(got.FromClient()) > 0 || len(got.Faults()) != 1 {
			t.Errorf("while Accept fails there is\n%v", got)
		}
		b.wantFailure(syscall.EMFILE)
		if _, err := b.Accept(); err != nil {
			t.Errorf("Accept = %v", err)
		}
		wantAll(t, c, "", io.EOF)
	})
}

// An Accept that waits while there is nothing to hand out is not its rule's.
func TestFailAcceptLeavesAnAcceptWithoutAConnectionAlone(t *testing.T) {
	inBooth(t, []fault.Rule{emfile.NeedNotFire()}, func(b booth) {
		accepted := make(chan error)
		go func() {
			_, err := b.Accept()
			accepted <- err
		}()
		time.Sleep(time.Hour)
		wantNil(t, "Close", b.Close())
		if err := <-accepted; !errors.Is(err, net.ErrClosed) || errors.Is(err, fault.ErrInjected) {
			t.Errorf("Accept = %v, want that it is closed", err)
		}
	})
}

// The error of the listener below, by its own deadline here, is Accept's, too, after those of a rule.
func TestFailAcceptLeavesADeadlineBelow(t *testing.T) {
	below := listenTCP(t)
	ln := fakeserver.StartListener(t, below, fakeserver.Config{Faults: plan(emfile.Times(2))})
	dial(t, ln)
	b := booth{t, ln, nil}
	b.wantFailure(syscall.EMFILE)
	below.(*net.TCPListener).SetDeadline(time.Now())
	b.wantFailure(syscall.EMFILE)
	acceptConn(t, ln)
	_, err := ln.Accept()
	wantError(t, "Accept", err, os.ErrDeadlineExceeded)
}

// On each network Accept fails and hands the connection out, and so it does while its server is
// down, and after that.
func TestFailAcceptOnEachNetwork(t *testing.T) {
	onEachNetwork(t, func(d downing) {
		wantNil(d, "SetFaults", d.SetFaults(plan(fault.OnAccept(fault.FailAccept{}).FromConn(2).Times(2))))
		d.wantEcho()
		if text := fmt.Sprint(d.Report()); !strings.Contains(text, "not reached") {
			d.Errorf("the report is %s", text)
		}
		c, err := d.dial()
		if err != nil {
			d.Fatal(err)
		}
		defer c.Close()
		wait(d, d.Listener, func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 }) // serveEchoes has given up
		wantNil(d, "Down", d.Down())
		b := booth{d, d.Listener, nil}
		b.wantFailure(syscall.EMFILE)
		wantNil(d, "Up", d.Up())
		served := acceptConn(d, d.Listener)
		send(d, c, "hello")
		wantRead(d, served, "hello")
	})
}

// A Server has no Accept that anybody calls.
func TestFailAcceptIsNotForAServer(t *testing.T) {
	_, err := fakeserver.Listen(fakeserver.Config{Faults: plan(emfile.Named("none left"))})
	wantError(t, "Listen", err, fault.ErrPlan, "rule 1 (none left)", "Listener")
	srv := fakeserver.Start(t, fakeserver.Config{})
	wantError(t, "SetFaults", srv.SetFaults(plan(emfile)), fault.ErrPlan, "rule 1 (fail-accept.OnAccept.1)", "Listener")
	if n := len(srv.Report().Rules); n != 0 {
		t.Errorf("the plan that was refused is at work:\n%v", srv.Report())
	}
}
