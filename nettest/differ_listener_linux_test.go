package nettest_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/nettest"
)

// A listenerWorld is a listener and its clients.
type listenerWorld struct {
	ln        net.Listener
	dial      dialFunc
	clients   []conn // nil, if they have closed
	servers   []conn
	accepting *call
	accepted  net.Conn // by that call, once it is done
}

func (w *listenerWorld) stop() {
	w.ln.Close()
	for _, c := range append(w.clients, w.servers...) {
		if c != nil {
			c.Close()
		}
	}
}

// state returns what calls do not say: how many connections wait, and in which state all of them are.
func (w *listenerWorld) state() string {
	waiting := 0
	if m, ok := w.ln.(*nettest.Listener); ok {
		waiting, _ = m.Backlog()
	} else {
		waiting = int(tcpInfo(w.ln.(*net.TCPListener)).Unacked)
	}
	text := fmt.Sprintf("%d wait", waiting)
	for _, c := range append(w.clients, w.servers...) {
		switch c := c.(type) {
		case *nettest.Conn:
			text += fmt.Sprintf(" %+v", c.State())
		case *net.TCPConn:
			text += fmt.Sprintf(" %+v", kernelState(c))
		}
	}
	return text
}

// welcome keeps the connection that an Accept has returned.
func (w *listenerWorld) welcome() {
	w.accepting = nil
	if w.accepted != nil {
		w.servers = append(w.servers, w.accepted.(conn))
	}
}

func (w *listenerWorld) say(err error) string {
	return (&side{}).describe(err, w.ln.Addr(), w.ln.Addr())
}

// A listenerDiffer runs a program about a listener step by step in both worlds.
type listenerDiffer struct {
	t              *rapid.T
	memory, kernel *listenerWorld
	story          []string
	patient        *time.Duration
}

func newListenerDiffer(t *rapid.T, patient *time.Duration) *listenerDiffer {
	n := new(nettest.Network)
	m, err := n.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var lc net.ListenConfig
	lc.SetMultipathTCP(false)
	k, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return &listenerDiffer{t: t, memory: &listenerWorld{ln: m, dial: n.DialContext}, kernel: &listenerWorld{ln: k, dial: new(net.Dialer).DialContext}, patient: patient}
}

// do makes a call that does not block in both worlds, and compares the states after it.
func (d *listenerDiffer) do(what string, call func(w *listenerWorld) string) {
	m, k := call(d.memory), call(d.kernel)
	d.story = append(d.story, what+": "+m)
	if m != k {
		d.fail("on the kernel it is " + k)
	}
	d.settle()
}

func (d *listenerDiffer) settle() {
	if m := d.memory.accepting; m != nil {
		k := d.kernel.accepting
		comesTrue(*d.patient, func() bool { return atRest(m) })
		if comesTrue(*d.patient, func() bool { return atRest(k) && k.isDone() == m.isDone() }); k.isDone() != m.isDone() {
			d.fail(fmt.Sprintf("Accept has returned: in memory %v, on the kernel %v", m.isDone(), k.isDone()))
		}
		if m.isDone() {
			d.memory.welcome()
			d.kernel.welcome()
			d.story = append(d.story, "\tAccept: "+m.said)
			if m.said != k.said {
				d.fail("on the kernel it is " + k.said)
			}
		}
	}
	var m, k string
	if !comesTrue(*d.patient, func() bool { m, k = d.memory.state(), d.kernel.state(); return m == k }) {
		d.fail(fmt.Sprintf("in memory %s, on the kernel %s", m, k))
	}
}

func (d *listenerDiffer) fail(difference string) {
	*d.patient = 100 * time.Millisecond
	d.t.Fatalf("%s\n\t%s", strings.Join(d.story, "\n\t"), difference)
}

func (d *listenerDiffer) dial() {
	d.do("dial", func(w *listenerWorld) string {
		c, err := w.dial(d.t.Context(), "tcp", w.ln.Addr().String())
		if err == nil {
			w.clients = append(w.clients, c.(conn))
		}
		return w.say(err)
	})
}

// accept begins an Accept, which may block until a later step ends it.
func (d *listenerDiffer) accept() {
	if d.memory.accepting != nil {
		return
	}
	for _, w := range []*listenerWorld{d.memory, d.kernel} {
		w.accepting = begin(func() string {
			var err error
			w.accepted, err = w.ln.Accept()
			return w.say(err)
		})
		comesTrue(differPatience, func() bool { return atRest(w.accepting) })
	}
	d.story = append(d.story, "Accept begins")
	d.settle()
}

// client lets a client do something, whether it was accepted or not.
func (d *listenerDiffer) client() {
	if len(d.memory.clients) == 0 {
		return
	}
	i := rapid.IntRange(0, len(d.memory.clients)-1).Draw(d.t, "client")
	if d.memory.clients[i] == nil {
		return
	}
	does := rapid.SampledFrom([]string{"write", "read", "half-close", "close", "reset"}).Draw(d.t, "does")
	d.do(fmt.Sprintf("client %d: %s", i, does), func(w *listenerWorld) string {
		c := w.clients[i]
		n, err := 0, error(nil)
		switch does {
		case "write":
			n, err = c.Write([]byte("hello"))
		case "read":
			c.SetReadDeadline(time.Unix(1, 0))
			n, err = c.Read(make([]byte, 9))
		case "half-close":
			err = c.CloseWrite()
		case "reset":
			c.SetLinger(0)
			fallthrough
		default:
			err = c.Close()
			w.clients[i] = nil
		}
		return fmt.Sprintf("%d, %s", n, (&side{}).describe(err, c.LocalAddr(), c.RemoteAddr()))
	})
}

// server reads from a connection that was accepted, or writes to it.
func (d *listenerDiffer) server() {
	if len(d.memory.servers) == 0 {
		return
	}
	i := rapid.IntRange(0, len(d.memory.servers)-1).Draw(d.t, "server")
	idle := d.memory.servers[i].(*nettest.Conn).State() == nettest.State{}
	d.do(fmt.Sprintf("server %d reads, or writes if there is nothing", i), func(w *listenerWorld) string {
		c := w.servers[i]
		if idle {
			n, err := c.Write([]byte("x"))
			return fmt.Sprintf("%d, %s", n, (&side{}).describe(err, c.LocalAddr(), c.RemoteAddr()))
		}
		p := make([]byte, 100)
		n, err := c.Read(p)
		return fmt.Sprintf("%q, %s", p[:n], (&side{}).describe(err, c.LocalAddr(), c.RemoteAddr()))
	})
}

func (d *listenerDiffer) deadline() {
	at := rapid.SampledFrom([]time.Time{time.Unix(1, 0), {}}).Draw(d.t, "when")
	d.do(fmt.Sprintf("SetDeadline past %v", !at.IsZero()), func(w *listenerWorld) string {
		return w.say(w.ln.(interface{ SetDeadline(time.Time) error }).SetDeadline(at))
	})
}

func (d *listenerDiffer) close() {
	if rapid.IntRange(0, 3).Draw(d.t, "really") == 3 {
		d.do("Close", func(w *listenerWorld) string { return w.say(w.ln.Close()) })
	}
}

func TestNetworkDiffersInNothingInListeners(t *testing.T) {
	patient := differPatience
	checkRandom(t, 60, func(rt *rapid.T) {
		d := newListenerDiffer(rt, &patient)
		defer func() { d.memory.stop(); d.kernel.stop() }()
		steps := []func(*listenerDiffer){(*listenerDiffer).dial, (*listenerDiffer).accept, (*listenerDiffer).client, (*listenerDiffer).client,
			(*listenerDiffer).server, (*listenerDiffer).deadline, (*listenerDiffer).close}
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			rapid.SampledFrom(steps).Draw(rt, "step")(d)
		}
	})
}
