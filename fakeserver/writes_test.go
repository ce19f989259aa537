package fakeserver_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// messages writes three messages of different lengths, the second empty, by one way or another.
var messages = map[string]func(io.Writer) error{
	"Write": func(w io.Writer) error {
		for _, text := range []string{"first ", "", "second ", strings.Repeat("third", 100_000)} {
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
		return nil
	},
	"io.Copy": func(w io.Writer) error {
		_, err := io.Copy(w, io.MultiReader(strings.NewReader("first "), strings.NewReader("second "), strings.NewReader("third")))
		return err
	},
}

// A message is what the handler writes at once: after the second the connection ends, and no byte
// of the third has left.
func TestAfterWritesActsAtTheEndOfAMessage(t *testing.T) {
	rule := fault.ToClient(fault.Close{}).AfterWrites(2)
	for how, write := range messages {
		for network, start := range talkNetworks {
			t.Run(how+", "+network, func(t *testing.T) {
				srv, dialTo := start(t, fakeserver.Config{
					Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error { return write(c) }),
					Faults:  plan(rule),
				})
				wantAll(t, dialTo(), "first second ", io.EOF)
				wantLastActed(t, srv, 1, transcript.ToClient, 13)
			})
		}
	}
}

// Behind a Listener, the Writes of the connection's owner count.
func TestAfterWritesCountsTheOwnersWrites(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln, err := fakeserver.WrapListener(inner, fakeserver.Config{Faults: plan(fault.ToClient(fault.Reset{}).AfterWrites(2))})
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Stop()
	go func() {
		c, err := ln.Accept()
		if err == nil {
			messages["Write"](c)
			c.Close()
		}
	}()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	wantAll(t, c, "first second ", errReset)
}

// A rule that comes with SetFaults counts the writes before it, with rules there or without.
func TestAfterWritesCountsWritesBeforeTheRuleCame(t *testing.T) {
	for name, before := range map[string]fault.Plan{
		"no rules":   {},
		"other rule": plan(fault.ToClient(fault.Latency{Delay: 1})),
	} {
		for _, tt := range []struct {
			writes int64
			want   fault.State
		}{{3, fault.Fired}, {2, fault.Fired}, {1, fault.Passed}} {
			t.Run(name, func(t *testing.T) {
				srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: before})
				c := dial(t, srv)
				for _, text := range []string{"one", "two"} {
					send(t, c, text)
					wantRead(t, c, text)
				}
				setFaults(t, srv, append(before.Rules, fault.ToClient(fault.Close{}).AfterWrites(tt.writes).Named("live").NeedNotFire())...)
				if tt.writes > 2 {
					send(t, c, "three")
					wantRead(t, c, "three")
				}
				if tt.want == fault.Fired {
					wantAll(t, c, "", io.EOF)
				} else {
					send(t, c, "more")
					wantRead(t, c, "more")
				}
				for _, o := range srv.Report().Rules {
					if o.Key == "live" && o.State != tt.want {
						t.Errorf("after write %d the rule has come to %v, want %v", tt.writes, o.State, tt.want)
					}
				}
			})
		}
	}
}
