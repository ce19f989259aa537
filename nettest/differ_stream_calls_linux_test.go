package nettest_test

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"
)

func (e *streamEnd) say(err error) string {
	return (&side{}).describe(err, e.c.LocalAddr(), e.c.RemoteAddr())
}

var hugeContent = make([]byte, differHuge)

// content returns what a Write of this size writes.
func content(size int) []byte {
	p := make([]byte, size)
	for i := range p {
		p[i] = byte('a' + (i+size)%26)
	}
	return p
}

func (d *streamDiffer) read(end, size int) {
	d.wants[end] = size
	d.do(end, "Read", fmt.Sprintf("Read(%d)", size), func(_ *streamWorld, e *streamEnd) string {
		p := make([]byte, size)
		n, err := e.c.Read(p)
		e.read.Add(int64(n))
		return fmt.Sprintf("%d bytes %.20q of sum %x, %s", n, p[:n], crc32.ChecksumIEEE(p[:n]), e.say(err))
	})
}

func (d *streamDiffer) write(end, size int) {
	d.do(end, "Write", fmt.Sprintf("Write(%d)", size), func(_ *streamWorld, e *streamEnd) string {
		n, err := e.c.Write(content(size))
		e.wrote.Add(int64(n))
		return fmt.Sprintf("%d, %s", n, e.say(err))
	})
}

// writeHuge writes more than there is room for. How much that is is not compared.
func (d *streamDiffer) writeHuge(end int) {
	d.vague[1-end] = true
	d.do(end, "Write", "Write(huge)", func(_ *streamWorld, e *streamEnd) string {
		n, err := e.c.Write(hugeContent)
		e.wrote.Add(int64(n))
		return fmt.Sprintf("all %v, %s", n == differHuge, e.say(err))
	})
}

func (d *streamDiffer) writeBuffers(end int) {
	sizes := rapid.SliceOfN(rapid.SampledFrom([]int{1, 5, 100}), 1, 3).Draw(d.t, "sizes")
	d.do(end, "Write", fmt.Sprintf("Buffers%v.WriteTo", sizes), func(_ *streamWorld, e *streamEnd) string {
		var all net.Buffers
		for _, size := range sizes {
			all = append(all, content(size))
		}
		n, err := all.WriteTo(e.c)
		e.wrote.Add(n)
		return fmt.Sprintf("%d, %d left, %s", n, len(all), strings.ReplaceAll(e.say(err), "writev", "write"))
	})
}

// copyFrom calls ReadFrom, or does what io.Copy does without it.
func (d *streamDiffer) copyFrom(end int) {
	size := rapid.SampledFrom([]int{0, 5, 3000}).Draw(d.t, "size")
	d.do(end, "Write", fmt.Sprintf("ReadFrom(%d)", size), func(_ *streamWorld, e *streamEnd) string {
		n, err := io.Copy(e.c, struct{ io.Reader }{strings.NewReader(string(content(size)))})
		e.wrote.Add(n)
		if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "readfrom" {
			err = op.Err
		}
		return fmt.Sprintf("%d, %s", n, e.say(err))
	})
}

// drain reads everything that was written to a full window, and what is still being written.
func (d *streamDiffer) drain(end int) {
	more := int64(0)
	if d.isPending(1-end, "Write") {
		more = differHuge
	}
	d.do(end, "Read", "drain", func(_ *streamWorld, e *streamEnd) string {
		want := e.peer.wrote.Load() + more - e.read.Load()
		n, err := io.CopyN(io.Discard, struct{ io.Reader }{e.c}, want)
		e.read.Add(n)
		return fmt.Sprintf("all %v, %s", n == want, e.say(err))
	})
	e := d.memory.ends[end]
	if !d.isPending(1-end, "Write") && e.read.Load() == e.peer.wrote.Load() {
		d.vague[end] = false
		d.settle()
	}
}

// readAll reads until an error says that there is no more.
func (d *streamDiffer) readAll(end int) {
	vague := d.vague[end]
	d.do(end, "Read", "read all", func(_ *streamWorld, e *streamEnd) string {
		n, err := io.Copy(io.Discard, struct{ io.Reader }{e.c})
		e.read.Add(n)
		if vague {
			n = -1
		}
		return fmt.Sprintf("%d, %s", n, e.say(err))
	})
}

func (d *streamDiffer) deadline(end int) {
	which := rapid.SampledFrom([]string{"SetDeadline", "SetReadDeadline", "SetWriteDeadline"}).Draw(d.t, "which")
	when := rapid.SampledFrom([]string{"past", "none", "far", "soon"}).Draw(d.t, "when")
	d.do(end, which, which+" "+when, func(_ *streamWorld, e *streamEnd) string {
		set := map[string]func(time.Time) error{"SetDeadline": e.c.SetDeadline,
			"SetReadDeadline": e.c.SetReadDeadline, "SetWriteDeadline": e.c.SetWriteDeadline}[which]
		at := map[string]time.Time{"past": time.Unix(1, 0), "none": {}, "far": time.Now().Add(later),
			"soon": time.Now().Add(time.Millisecond)}[when]
		said := e.say(set(at))
		if when == "soon" {
			passes(e.c, which, at)
		}
		return said
	})
}

func (d *streamDiffer) option(end int) {
	options := map[string]func(c conn) error{
		"SetLinger(0)":       func(c conn) error { return c.SetLinger(0) },
		"SetLinger(-1)":      func(c conn) error { return c.SetLinger(-1) },
		"SetNoDelay":         func(c conn) error { return c.SetNoDelay(false) },
		"SetReadBuffer":      func(c conn) error { return c.SetReadBuffer(differBuffer) },
		"SetWriteBuffer":     func(c conn) error { return c.SetWriteBuffer(differBuffer) },
		"SetKeepAlive":       func(c conn) error { return c.(keepAlive).SetKeepAlive(true) },
		"SetKeepAlivePeriod": func(c conn) error { return c.(keepAlive).SetKeepAlivePeriod(time.Minute) },
		"SetKeepAliveConfig": func(c conn) error { return c.(keepAlive).SetKeepAliveConfig(net.KeepAliveConfig{}) },
	}
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range options {
			if !yield(name) {
				return
			}
		}
	})
	name := rapid.SampledFrom(names).Draw(d.t, "option")
	d.do(end, name, name, func(_ *streamWorld, e *streamEnd) string { return e.say(options[name](e.c)) })
}

// passes waits until the deadlines have passed: for a socket, until the runtime's timer has fired.
func passes(c conn, which string, at time.Time) {
	comesTrue(differPatience, func() bool { return time.Now().After(at) })
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	once := func(uintptr) bool { return true }
	if which != "SetWriteDeadline" {
		comesTrue(differPatience, func() bool { return raw.Read(once) != nil })
	}
	if which != "SetReadDeadline" {
		comesTrue(differPatience, func() bool { return raw.Write(once) != nil })
	}
}

type keepAlive interface {
	SetKeepAlive(bool) error
	SetKeepAlivePeriod(time.Duration) error
	SetKeepAliveConfig(net.KeepAliveConfig) error
}

func (d *streamDiffer) accept(end int) {
	d.do(end, "Accept", "Accept", func(w *streamWorld, e *streamEnd) string {
		c, err := w.ln.Accept()
		if err == nil {
			e.c = c.(conn)
			return "ok"
		}
		return (&side{}).describe(err, w.ln.Addr(), w.ln.Addr())
	})
}
