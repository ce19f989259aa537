package fakeserver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// A written is what a Write of a handler's returned.
type written struct {
	n   int
	err error
}

// writes returns a handler that writes data by one call, and then reads to the end.
func writes(data []byte, result chan<- written) fakeserver.Handler {
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		n, err := c.Write(data)
		result <- written{n, err}
		io.Copy(io.Discard, c)
		return nil
	})
}

// nowFaults are faults for now, and what they do to a Write that is under way.
var nowFaults = map[string]struct {
	fault fault.Fault
	write error // what it returns
	end   error // what the client reads after what came before; nil: nothing
	// What becomes of the rest, where the Write takes it: nil leaves it to come when the rule is
	// taken out of the plan.
	rest func(p []byte) []byte
}{
	"Stall":     {fault: fault.Stall{}},
	"Hold":      {fault: fault.Hold{Gate: gate}},
	"Close":     {fault: fault.Close{}, write: fault.ErrInjected, end: io.EOF},
	"HalfClose": {fault: fault.HalfClose{}, write: fault.ErrInjected, end: io.EOF},
	"Exit":      {fault: fault.Exit{}, write: fault.ErrInjected, end: io.EOF},
	"Reset":     {fault: fault.Reset{}, write: fault.ErrInjected, end: errReset},
	"Blackhole": {fault: fault.Blackhole{}, rest: func([]byte) []byte { return nil }},
	"Overwrite": {fault: fault.Overwrite{Bytes: []byte("?")}, rest: func(p []byte) []byte { return append([]byte("?"), p[1:]...) }},
}

// patterned returns n bytes of which no two stretches look alike.
func patterned(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return p
}

// A cutWrite is a Write of data that a rule for now has met.
type cutWrite struct {
	*testing.T
	srv  *fakeserver.Server
	c    net.Conn
	data []byte
	back written
	wait func(func(transcript.Transcript) bool)
}

// check checks what the handler, the client and the record have of it. It returns the offset at
// which the rule acted.
func (w cutWrite) check(name string) (at int) {
	w.Helper()
	tt, acted := nowFaults[name], func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 }
	if !errors.Is(w.back.err, tt.write) || tt.write == nil && w.back.n != len(w.data) {
		w.Errorf("Write = %d, %v; want %v", w.back.n, w.back.err, tt.write)
	}
	if at = w.back.n; tt.write == nil {
		w.wait(acted)
		at = int(w.srv.Transcript().Faults()[0].Offset)
	}
	if at == 0 || at >= len(w.data) {
		w.Fatalf("it acted at %d of %d", at, len(w.data))
	}
	want := w.data[:at]
	w.wantRead(want)
	switch {
	case tt.end != nil:
		wantAll(w, w.c, "", tt.end)
		w.wait(acted)
		if offset := w.srv.Transcript().Faults()[0].Offset; offset != int64(at) {
			w.Errorf("it acted at %d by the record, and the Write returned %d", offset, at)
		}
	case tt.rest != nil:
		rest := tt.rest(w.data[at:])
		w.wantRead(rest)
		want = slices.Concat(want, rest)
	default:
		if left := w.srv.Transcript().ToClient(); !bytes.Equal(left, want) {
			w.Errorf("%d bytes have left while it is stopped, want %d", len(left), at)
		}
		setFaults(w.T, w.srv)
		want = w.data
		w.wantRead(want[at:])
	}
	if left := w.srv.Transcript().ToClient(); !bytes.Equal(left, want) {
		w.Errorf("by the record %d bytes have left, want %d", len(left), len(want))
	}
	return at
}

// wantRead reads exactly that.
func (w cutWrite) wantRead(want []byte) {
	w.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(w.c, got); err != nil || !bytes.Equal(got, want) {
		w.Fatalf("the client read %d bytes, %v; want %d", n, err, len(want))
	}
}

// The kernel has taken some of a large Write, and the client reads nothing.
func TestNowCutsAWriteThatIsUnderWay(t *testing.T) {
	data := patterned(16 << 20) // more than kernels take
	for name, tt := range nowFaults {
		t.Run(name, func(t *testing.T) {
			result := make(chan written, 1)
			srv := fakeserver.Start(t, fakeserver.Config{Handler: writes(data, result)})
			c := dial(t, srv)
			await := func(cond func(transcript.Transcript) bool) { t.Helper(); wait(t, srv, cond) }
			await(func(tr transcript.Transcript) bool { return tr.Kind(transcript.Data).Len() > 3 })
			setFaults(t, srv, fault.ToClient(tt.fault).Now())
			w := cutWrite{T: t, srv: srv, c: c, data: data, wait: await}
			select {
			case w.back = <-result:
			case <-time.After(patience):
				t.Fatal("the Write goes on")
			}
			w.check(name)
		})
	}
}

// In memory the offset is exact: the client's window is full.
func TestNowCutsAWriteWhereTheWindowIsFull(t *testing.T) {
	const window = 1000
	data := patterned(5 * window)
	for name, tt := range nowFaults {
		t.Run(name, func(t *testing.T) {
			inWindow(t, window, data, func(m cell, result <-chan written) {
				c := m.dial()
				defer c.Close()
				synctest.Wait()
				setFaults(t, m.srv, fault.ToClient(tt.fault).Now())
				w := cutWrite{T: t, srv: m.srv, c: c, data: data, back: <-result, wait: m.await}
				if at := w.check(name); at != window {
					t.Errorf("it acted at %d, want %d", at, window)
				}
			})
		})
	}
}

// inWindow runs f in a bubble with a server in memory, that writes data to clients which take so
// much before they read.
func inWindow(t *testing.T, window int, data []byte, f func(m cell, result <-chan written)) {
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		m := cell{TB: tb, net: &fakenet.Network{Window: window}}
		result := make(chan written, 1)
		m.srv = fakeserver.Start(tb, fakeserver.Config{Transport: m.net, Handler: writes(data, result)})
		f(m, result)
	})
}

// What needs no room of the client's leaves, whatever plan comes meanwhile: what the record has
// had to say of it stays true.
func TestNowLetsAWriteGoThatNeedNotWait(t *testing.T) {
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		network := &interruptedNetwork{}
		result := make(chan written, 1)
		srv := fakeserver.Start(tb, fakeserver.Config{Transport: network, Handler: writes([]byte("hello"), result)})
		network.meanwhile = func() { setFaults(t, srv, fault.ToClient(fault.Close{}).Now()) }
		c := mustDialIn(t, &network.Network, srv.Addr())
		defer c.Close()
		wantAll(t, c, "hello", io.EOF)
		if w := <-result; w.n != 5 || w.err != nil {
			t.Errorf("Write = %d, %v; want 5, nil", w.n, w.err)
		}
		if tr := srv.Transcript(); tr.Kind(transcript.Unsent).Len() > 0 {
			t.Errorf("something is unsent:\n%v", tr)
		}
	})
}

// An interruptedNetwork lets something happen before a connection writes.
type interruptedNetwork struct {
	fakenet.Network
	meanwhile func()
}

func (n *interruptedNetwork) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	ln, err := n.Network.Listen(ctx, network, address)
	return interruptedListener{ln, n}, err
}

type interruptedListener struct {
	net.Listener
	n *interruptedNetwork
}

func (l interruptedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return interruptedConn{c.(*fakenet.Conn), l.n}, nil
}

type interruptedConn struct {
	*fakenet.Conn
	n *interruptedNetwork
}

func (c interruptedConn) Write(p []byte) (int, error) {
	c.n.meanwhile()
	return c.Conn.Write(p)
}
