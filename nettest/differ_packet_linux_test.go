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

// A packetDiffer runs a program about datagrams step by step in both worlds.
type packetDiffer struct {
	t              *rapid.T
	memory, kernel *packetWorld
	story          []string
	patient        *time.Duration
	closed         bool
	reading        [2]*call // a receive that blocks, in memory and on the kernel; nil, if there is none
}

func newPacketDiffer(t *rapid.T, patient *time.Duration) *packetDiffer {
	network := rapid.SampledFrom([]string{"udp", "udp4", "udp6"}).Draw(t, "network")
	address := rapid.SampledFrom([]string{"127.0.0.1:0", "[::1]:0", ":0", "0.0.0.0:0", "[::]:0", "four", "six"}).Draw(t, "address")
	n := new(nettest.Network)
	memory, errInMemory := newPacketWorld(n, n.DialContext, network, address)
	kernel, errOnKernel := newPacketWorld(new(net.ListenConfig), new(net.Dialer).DialContext, network, address)
	d := &packetDiffer{t: t, memory: memory, kernel: kernel, patient: patient, story: []string{network + " " + address}}
	if (errInMemory == nil) != (errOnKernel == nil) {
		d.stop()
		t.Fatalf("%s %s: in memory %v, on the kernel %v", network, address, errInMemory, errOnKernel)
	}
	if errInMemory != nil {
		t.Skip("both refuse it")
	}
	return d
}

func (d *packetDiffer) stop() {
	for _, w := range []*packetWorld{d.memory, d.kernel} {
		if w != nil {
			w.stop()
		}
	}
}

// do makes a call that does not block in both worlds.
func (d *packetDiffer) do(what string, call func(w *packetWorld) string) {
	m := d.memory.names.Replace(call(d.memory))
	k := d.kernel.names.Replace(call(d.kernel))
	d.story = append(d.story, what+": "+m)
	if m != k {
		d.fail("on the kernel it is " + k)
	}
	d.settle()
	if d.closed {
		return
	}
	if refused := d.memory.isRefused(); !comesTrue(*d.patient, func() bool { return d.kernel.isRefused() == refused }) {
		d.fail(fmt.Sprintf("an error waits: in memory %v, on the kernel %v", refused, !refused))
	}
	d.deliver()
}

// settle waits until a receive has returned in both worlds, or is still blocked in both.
func (d *packetDiffer) settle() {
	m, k := d.reading[0], d.reading[1]
	if m == nil {
		return
	}
	comesTrue(differPatience, func() bool { return atRest(m) })
	if !comesTrue(*d.patient, func() bool { return atRest(k) && m.isDone() == k.isDone() }) {
		d.fail(fmt.Sprintf("the receive has returned: in memory %v, on the kernel %v", m.isDone(), k.isDone()))
	}
}

// deliver compares what arrived at the others.
func (d *packetDiffer) deliver() {
	for _, r := range receivers {
		m, k := d.memory.others[r.name], d.kernel.others[r.name]
		if d.memory.gone[r.name] {
			continue
		}
		there := hasInput(m)
		if !comesTrue(*d.patient, func() bool { return hasInput(k) == there }) {
			d.fail(fmt.Sprintf("a datagram has come to %s: in memory %v, on the kernel %v", r.name, there, !there))
		}
		if !there {
			continue
		}
		m1, k1 := d.memory.names.Replace(took(m)), d.kernel.names.Replace(took(k))
		d.story = append(d.story, "\tto "+r.name+" came "+m1)
		if m1 != k1 {
			d.fail("on the kernel it was " + k1)
		}
	}
}

func took(pc packetConn) string {
	n, from, err := pc.ReadFrom(make([]byte, 1<<17))
	return fmt.Sprintf("%d bytes from %v, %v", n, from, err)
}

func (d *packetDiffer) fail(difference string) {
	*d.patient = 100 * time.Millisecond
	d.t.Fatalf("%s\n\t%s", strings.Join(d.story, "\n\t"), difference)
}

// receive reads what is there. What ends a blocked one is drawn; if that does not, its deadline does.
func (d *packetDiffer) receive() {
	size := rapid.SampledFrom([]int{0, 1, 10, 2000}).Draw(d.t, "size")
	how := rapid.SampledFrom([]string{"Read", "ReadFrom", "ReadFromUDP", "ReadFromUDPAddrPort", "ReadMsgUDP", "ReadMsgUDPAddrPort"}).Draw(d.t, "how")
	what := fmt.Sprintf("%s(%d)", how, size)
	d.reading = [2]*call{d.begin(d.memory, how, size), d.begin(d.kernel, how, size)}
	d.settle()
	m, k := d.reading[0], d.reading[1]
	if !m.isDone() {
		d.story = append(d.story, what+" blocks")
		rapid.SampledFrom([]func(*packetDiffer){(*packetDiffer).answer, (*packetDiffer).send,
			(*packetDiffer).deadline, (*packetDiffer).close}).Draw(d.t, "end")(d)
	}
	if !m.isDone() {
		for _, at := range []time.Time{time.Unix(1, 0), {}} {
			d.do(fmt.Sprintf("SetReadDeadline past %v", !at.IsZero()), func(w *packetWorld) string { return packetError(w.s.SetReadDeadline(at)) })
		}
	}
	d.reading = [2]*call{}
	d.do(what, func(w *packetWorld) string { return map[*packetWorld]*call{d.memory: m, d.kernel: k}[w].said })
}

// begin begins to read, and waits until that is done or blocked.
func (d *packetDiffer) begin(w *packetWorld, how string, size int) *call {
	c := begin(func() string { return receiveAs(w.s, how, make([]byte, size)) })
	comesTrue(differPatience, func() bool { return atRest(c) })
	return c
}

// answer makes a receiver send something to the socket.
func (d *packetDiffer) answer() {
	name := rapid.SampledFrom([]string{"four", "six"}).Draw(d.t, "by")
	size := rapid.SampledFrom([]int{0, 5, 1000}).Draw(d.t, "size")
	if d.memory.gone[name] || d.closed {
		return
	}
	was := hasInput(d.memory.s)
	d.do(fmt.Sprintf("%s sends %d bytes", name, size), func(w *packetWorld) string {
		to := w.s.LocalAddr().(*net.UDPAddr)
		if to.IP.IsUnspecified() {
			to = &net.UDPAddr{IP: w.others[name].LocalAddr().(*net.UDPAddr).IP, Port: to.Port}
		}
		n, err := w.others[name].WriteTo(make([]byte, size), to)
		return fmt.Sprintf("%d, %s", n, packetError(err))
	})
	if there := hasInput(d.memory.s); there != was && !comesTrue(*d.patient, func() bool { return hasInput(d.kernel.s) == there }) {
		d.fail(fmt.Sprintf("something has come: in memory %v, on the kernel %v", there, !there))
	}
}

func (d *packetDiffer) deadline() {
	which := rapid.SampledFrom([]string{"SetDeadline", "SetReadDeadline", "SetWriteDeadline"}).Draw(d.t, "which")
	at := rapid.SampledFrom([]time.Time{time.Unix(1, 0), {}}).Draw(d.t, "when")
	d.do(fmt.Sprintf("%s past %v", which, !at.IsZero()), func(w *packetWorld) string {
		set := map[string]func(time.Time) error{"SetDeadline": w.s.SetDeadline,
			"SetReadDeadline": w.s.SetReadDeadline, "SetWriteDeadline": w.s.SetWriteDeadline}[which]
		return packetError(set(at))
	})
}

func (d *packetDiffer) leave() {
	name := rapid.SampledFrom([]string{"four", "six"}).Draw(d.t, "sender")
	if d.memory.gone[name] {
		return
	}
	d.do(name+" is gone", func(w *packetWorld) string { w.leave(name); return "" })
}

func (d *packetDiffer) close() {
	if !rapid.Bool().Draw(d.t, "really") {
		return
	}
	d.closed = true
	d.do("Close", func(w *packetWorld) string { return packetError(w.s.Close()) })
}

func TestNetworkDiffersInNothingInDatagrams(t *testing.T) {
	if pc, err := new(net.ListenConfig).ListenPacket(context.Background(), "udp", "[::1]:0"); err != nil {
		t.Skipf("no IPv6: %v", err)
	} else {
		pc.Close()
	}
	patient := differPatience
	checkRandom(t, 60, func(rt *rapid.T) {
		d := newPacketDiffer(rt, &patient)
		defer d.stop()
		steps := []func(*packetDiffer){(*packetDiffer).send, (*packetDiffer).send, (*packetDiffer).send, (*packetDiffer).receive,
			(*packetDiffer).receive, (*packetDiffer).answer, (*packetDiffer).leave, (*packetDiffer).deadline, (*packetDiffer).close}
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			rapid.SampledFrom(steps).Draw(rt, "step")(d)
		}
	})
}
