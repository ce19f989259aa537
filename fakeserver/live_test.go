package fakeserver_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// pointFaults act once, at an offset.
var pointFaults = []fault.Fault{fault.Reset{}, fault.Close{}, fault.HalfClose{}, fault.Stall{}, fault.Hold{Gate: "gate"}}

// idlers echo two bytes, and are then idle in different ways.
var idlers = map[string]fakeserver.Handler{
	"in WriteTo": fakeserver.Echo{},
	"in Read": fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		_, err := io.Copy(struct{ io.Writer }{c}, struct{ io.Reader }{c})
		return err
	}),
	"elsewhere": fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		p := make([]byte, 2)
		if _, err := io.ReadFull(c, p); err != nil {
			return err
		}
		c.Write(p)
		<-ctx.Done()
		return nil
	}),
}

// A rule that comes for the very offset at which a stream stands, or for now, acts at once, as
// it would have if it had been there before: without waiting for a byte.
func TestSetFaultsActsAtOnce(t *testing.T) {
	for where, h := range idlers {
		for _, f := range pointFaults {
			for _, on := range []func(fault.Fault) fault.Rule{fault.FromClient, fault.ToClient} {
				for _, at := range []int64{0, 2} {
					for _, ruled := range []bool{false, true} {
						for how, rule := range map[string]fault.Rule{"after": on(f).AfterBytes(at), "now after": on(f).Now()} {
							name := fmt.Sprintf("%s %v %s %d bytes, handler %s, rules before: %v", f.Kind(), rule.Direction, how, at, where, ruled)
							t.Run(name, func(t *testing.T) { wantAtOnce(t, h, rule.Named("live"), at, ruled) })
						}
					}
				}
			}
		}
	}
}

func wantAtOnce(t *testing.T, h fakeserver.Handler, rule fault.Rule, at int64, ruled bool) {
	var before fault.Plan
	if ruled {
		before = plan(fault.FromClient(fault.Latency{Delay: 1}).AfterBytes(99).NeedNotFire(), fault.ToClient(fault.Latency{Delay: 1}).AfterBytes(99).NeedNotFire())
	}
	srv := fakeserver.Start(t, fakeserver.Config{Handler: h, Faults: before})
	c := dial(t, srv)
	if at > 0 {
		send(t, c, "ab")
		wantRead(t, c, "ab")
	}
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() == 1 })
	setFaults(t, srv, append(slices.Clone(before.Rules), rule)...)
	wait(t, srv, func(tr transcript.Transcript) bool {
		return slices.ContainsFunc(tr.Faults(), func(e transcript.Event) bool { return e.Rule == "live" && e.Offset == at })
	})
	if f := rule.Fault; f == (fault.Reset{}) || f == (fault.Close{}) {
		wait(t, srv, func(tr transcript.Transcript) bool {
			return tr.Conn(1).Ending(transcript.ToClient) != transcript.StillOpen
		})
	}
	outcomes := srv.Report().Rules
	if o := outcomes[len(outcomes)-1]; o.State != fault.Fired || o.Conn != 1 || o.Offset != at {
		t.Errorf("the rule has come to %v at %d of conn %d, want fired at %d of conn 1", o.State, o.Offset, o.Conn, at)
	}
}

// The handler waits in a Write for a client that does not read: what comes for the
// other direction does not wait with it.
func TestSetFaultsActsWhileTheHandlerWrites(t *testing.T) {
	for name, h := range map[string]fakeserver.Handler{
		"from the record": fakeserver.Echo{},
		"from elsewhere": fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			_, err := c.Write(make([]byte, 64<<20))
			return err
		}),
	} {
		t.Run(name, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: h})
			c := dial(t, srv)
			go c.Write(make([]byte, 64<<20)) // more than what fits into the buffers
			wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.ToClient()) > 0 })
			setFaults(t, srv, fault.FromClient(fault.Reset{}).AfterTime(1).Named("live"))
			wait(t, srv, func(tr transcript.Transcript) bool {
				return tr.Conn(1).Ending(transcript.FromClient) == transcript.ByRST
			})
		})
	}
}

// A plan changes while a write is under way, too late for that one to notice.
func TestSetFaultsActsWhenAWriteIsDone(t *testing.T) {
	for _, live := range []fault.Rule{fault.ToClient(fault.Close{}).AfterBytes(2), fault.ToClient(fault.Close{}).Now()} {
		wires := &hookedListener{wires: make(chan net.Conn, 1)}
		l := fakeserver.StartListener(t, wires, fakeserver.Config{})
		client, server := net.Pipe()
		wires.wires <- &hookedConn{Conn: server, written: func() { setFaults(t, l, live.Named("live")) }}
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		go c.Write([]byte("ab"))
		wantRead(t, client, "ab")
		wait(t, l, func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 && tr.Faults()[0].Offset == 2 })
		client.Close()
		c.Close()
	}
}

// A read of the socket is under way while a plan comes that ends the stream within what
// it reads. Each byte of it is delivered or named.
func TestSetFaultsEndsAReadUnderWay(t *testing.T) {
	for _, f := range pointFaults[:3] {
		for name, before := range map[string][]fault.Rule{
			"no rules before": nil,
			"rules before":    {fault.FromClient(fault.Latency{Delay: 1}).AfterBytes(1000).NeedNotFire()},
		} {
			for _, limit := range []int64{0, -1, 50} {
				t.Run(fmt.Sprintf("%s, %s, limit %d", f.Kind(), name, limit), func(t *testing.T) {
					wantNamed(t, before, fault.FromClient(f).AfterBytes(5).Named("live"), limit)
				})
			}
		}
	}
}

func wantNamed(t *testing.T, before []fault.Rule, rule fault.Rule, limit int64) {
	wires := &hookedListener{wires: make(chan net.Conn, 1)}
	l := fakeserver.StartListener(t, wires, fakeserver.Config{Faults: plan(before...), RecordLimit: limit})
	client, server := net.Pipe()
	defer client.Close()
	wires.wires <- &hookedConn{Conn: server, read: func() { setFaults(t, l, append(slices.Clone(before), rule)...) }}
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	go client.Write([]byte("01234" + strings.Repeat("x", 95)))
	got, err := io.ReadAll(c)
	if string(got) != "01234" {
		t.Errorf("the handler got %q, then %v; want 01234", got, err)
	}
	c.Close()
	client.Close()
	wait(t, l, ended(1))
	sizes := map[transcript.Kind]int64{}
	for e := range l.Transcript().Conn(1).All() {
		if e.Direction == transcript.FromClient {
			sizes[e.Kind] += e.Size()
		}
	}
	if sizes[transcript.Data] != 5 || sizes[transcript.Discarded] != 95 {
		t.Errorf("%d bytes are recorded as data and %d as discarded, want 5 and 95:\n%v", sizes[transcript.Data], sizes[transcript.Discarded], l.Transcript())
	}
}

// hookedListener accepts what it is given.
type hookedListener struct{ wires chan net.Conn }

func (l *hookedListener) Accept() (net.Conn, error) {
	c, ok := <-l.wires
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (l *hookedListener) Close() error   { close(l.wires); return nil }
func (l *hookedListener) Addr() net.Addr { return pipeAddr{} }

// hookedConn calls a function once within a Read that has read something, or within a
// Write that has written.
type hookedConn struct {
	net.Conn
	read, written func()
}

// Reset ends it as far as a pipe can.
func (c *hookedConn) Reset() error { return c.Close() }

func (c *hookedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && c.read != nil {
		hook := c.read
		c.read = nil
		hook()
	}
	return n, err
}

func (c *hookedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if c.written != nil {
		hook := c.written
		c.written = nil
		hook()
	}
	return n, err
}
