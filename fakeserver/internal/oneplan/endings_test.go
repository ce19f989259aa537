package oneplan_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest"
)

// A dialogue alternates strictly up to its end, and the side that learns of the end pauses before
// it does anything.

// handlerEnds are what a handler does at its second line.
var handlerEnds = map[string]func(c *fakeserver.Conn) error{
	"answers on":             nil,
	"returns":                func(c *fakeserver.Conn) error { return nil },
	"closes":                 func(c *fakeserver.Conn) error { return c.Close() },
	"closes and waits":       func(c *fakeserver.Conn) error { c.Close(); time.Sleep(breath); return nil },
	"half-closes":            func(c *fakeserver.Conn) error { c.CloseWrite(); _, err := io.Copy(io.Discard, c); return err },
	"resets":                 func(c *fakeserver.Conn) error { return c.Reset() },
	"fails":                  func(c *fakeserver.Conn) error { return errors.New("the handler's own error") },
	"panics":                 func(c *fakeserver.Conn) error { panic("the handler's own panic") },
	"answers and returns":    func(c *fakeserver.Conn) error { _, err := fmt.Fprint(c, "last answer\n"); return err },
	"answers and resets":     func(c *fakeserver.Conn) error { fmt.Fprint(c, "last answer\n"); return c.Reset() },
	"answers and fails":      func(c *fakeserver.Conn) error { fmt.Fprint(c, "last answer\n"); return errors.New("own error") },
	"writes till it can not": func(c *fakeserver.Conn) error { return writesOn(c) },
}

func writesOn(c *fakeserver.Conn) error {
	for {
		if _, err := c.Write([]byte("more\n")); err != nil {
			return err
		}
		time.Sleep(breath + 7) // never at the moment at which the client does something
	}
}

// clientEnds are what a client does when it has its second answer, or has learned of the end.
var clientEnds = map[string]func(c *nettest.Conn){
	"closes":                  func(c *nettest.Conn) { c.Close() },
	"resets":                  func(c *nettest.Conn) { c.Reset() },
	"half-closes, and closes": func(c *nettest.Conn) { c.CloseWrite(); time.Sleep(breath); c.Close() },
	"writes, and closes":      func(c *nettest.Conn) { c.Write([]byte("late\n")); time.Sleep(breath); c.Close() },
	"writes, reads, and closes": func(c *nettest.Conn) {
		c.Write([]byte("late\n"))
		time.Sleep(breath)
		c.SetReadDeadline(time.Now().Add(breath))
		io.Copy(io.Discard, c)
		c.Close()
	},
}

// endingRules are rules that end the dialogue, or change how it ends.
var endingRules = map[string][]fault.Rule{
	"":                       nil,
	"reset to":               {fault.ToClient(fault.Reset{}).AfterBytes(12)},
	"close to":               {fault.ToClient(fault.Close{}).AfterBytes(12)},
	"exit to":                {fault.ToClient(fault.Exit{}).AfterBytes(12)},
	"exit from":              {fault.FromClient(fault.Exit{}).AfterBytes(12)},
	"both ruled, exit from":  {fault.ToClient(fault.Latency{Delay: time.Millisecond}), fault.FromClient(fault.Exit{}).AfterBytes(12)},
	"half-close to":          {fault.ToClient(fault.HalfClose{}).AfterBytes(12)},
	"reset to, at a line":    {fault.ToClient(fault.Reset{}).AfterMatch("\n")},
	"close to, at a line":    {fault.ToClient(fault.Close{}).AfterMatch("\n")},
	"reset from":             {fault.FromClient(fault.Reset{}).AfterBytes(12)},
	"close from":             {fault.FromClient(fault.Close{}).AfterBytes(12)},
	"half-close from":        {fault.FromClient(fault.HalfClose{}).AfterBytes(12)},
	"stalled, close from":    {fault.FromClient(fault.Stall{For: time.Millisecond}).AfterBytes(3), fault.FromClient(fault.Close{}).AfterBytes(12)},
	"both ruled, close from": {fault.ToClient(fault.Slice{Size: 7}), fault.FromClient(fault.Close{}).AfterBytes(12)},
	"both ruled, reset from": {fault.ToClient(fault.Latency{Delay: time.Millisecond}), fault.FromClient(fault.Reset{}).AfterBytes(12)},
	"both ruled":             {fault.ToClient(fault.Slice{Size: 7}), fault.FromClient(fault.Slice{Size: 7})},
	"late to":                {fault.ToClient(fault.Latency{Delay: time.Millisecond})},
	"late from":              {fault.FromClient(fault.Latency{Delay: time.Millisecond})},
	"slow close":             {fault.ToClient(fault.SlowClose{Delay: time.Millisecond}), fault.FromClient(fault.SlowClose{Delay: time.Millisecond})},
	"close on accept":        {fault.OnAccept(fault.Close{})},
	"reset on accept":        {fault.OnAccept(fault.Reset{})},
	"stall on accept":        {fault.OnAccept(fault.Stall{For: time.Millisecond}), fault.ToClient(fault.Slice{Size: 7})},
	"at its time":            {fault.ToClient(fault.Close{}).AfterTime(breath / 2)},
	"reset at its time":      {fault.FromClient(fault.Reset{}).AfterTime(breath / 2)},
}

// An endingCase is one way in which a dialogue ends.
type endingCase struct {
	rules   []fault.Rule
	handler func(c *fakeserver.Conn) error
	client  func(c *nettest.Conn)
}

// ServeConn answers each line, up to the second one.
func (e endingCase) ServeConn(_ context.Context, c *fakeserver.Conn) error {
	requests := bufio.NewReader(c)
	for i := 1; ; i++ {
		if _, err := requests.ReadString('\n'); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
		if i == 2 && e.handler != nil {
			return e.handler(c)
		}
		if _, err := fmt.Fprintf(c, "answer %d\n", i); err != nil {
			return err
		}
	}
}

// run plays the dialogue in a bubble, and returns its record.
func (e endingCase) run(t *testing.T) (r recorded) {
	t.Helper()
	nettest.Bubble(t, func(t fakeserver.TB) {
		network := new(nettest.Network)
		srv, err := fakeserver.Listen(fakeserver.Config{Transport: network, Handler: e, Faults: fault.Plan{Seed: 1, Rules: e.rules}})
		if err != nil {
			t.Fatalf("%v", err)
		}
		raw, err := network.DialContext(context.Background(), "tcp", srv.Addr())
		if err == nil {
			e.talk(raw.(*nettest.Conn))
		}
		time.Sleep(time.Minute)
		if err := srv.Close(); err != nil {
			t.Errorf("%v", err)
		}
		tr := srv.Transcript()
		r = recorded{tr.Header(), slices.Collect(tr.All())}
	})
	for i := range r.events { // a panic's stack has addresses
		r.events[i].Text, _, _ = strings.Cut(r.events[i].Text, "\n")
	}
	return r
}

// talk is the client, which ends when it has two answers, or learns of an end.
func (e endingCase) talk(c *nettest.Conn) {
	defer c.Close()
	answers := bufio.NewReader(c)
	for i := 1; i <= 2; i++ {
		time.Sleep(breath)
		if _, err := fmt.Fprintf(c, "request %d\n", i); err != nil {
			break
		}
		c.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := answers.ReadString('\n'); err != nil {
			break
		}
	}
	time.Sleep(breath)
	e.client(c)
}

// crosses reports whether the client leaves while the server is about to send. Either direction
// of the connection may learn of that first.
func crosses(handler, client string) bool {
	return (handler == "answers on" || handler == "writes till it can not") && client == "writes, and closes"
}

func TestDialogueThatEndsIsTheSameEventForEvent(t *testing.T) {
	for rule, rules := range endingRules {
		for does, handler := range handlerEnds {
			for ends, client := range clientEnds {
				if crosses(does, ends) {
					continue
				}
				t.Run(fmt.Sprintf("%s; handler %s; client %s", rule, does, ends), func(t *testing.T) {
					e := endingCase{rules, handler, client}
					want := e.run(t)
					for i := range repeats(t, 2) {
						if err := want.compare(e.run(t)); err != nil {
							t.Fatalf("repeat %d: %v", i+1, err)
						}
					}
				})
			}
		}
	}
}
