package nettest_test

import (
	"pgregory.net/rapid"
)

// maxUnread is how many bytes a program leaves unread if it is not meant to fill a window.
const maxUnread = 20_000

// A step is something that an end does if it can.
type differStep struct {
	name string
	can  func(d *streamDiffer, end int) bool
	do   func(d *streamDiffer, end int)
}

// open is for steps that only need an end that is open.
func open(d *streamDiffer, end int) bool { return d.memory.ends[end].c != nil }

func (d *streamDiffer) isPending(end int, kind string) bool { return d.pending[end][kind] != nil }

func (d *streamDiffer) memoryState(end int) (unread int, over bool) {
	e := d.memory.ends[end]
	if e.c == nil {
		return 0, false
	}
	s := d.memory.state(e.c)
	return s.Unread, s.Over
}

// canWrite reports whether there is room for a small Write, or none for any.
func (d *streamDiffer) canWrite(end int) bool {
	unread, _ := d.memoryState(1 - end)
	if c := d.memory.ends[end]; c.c != nil && d.memory.ends[1-end].c == nil {
		unread = int(c.wrote.Load())
	}
	return open(d, end) && !d.isPending(end, "Write") && !d.vague[1-end] && unread < maxUnread
}

var streamSteps = []differStep{
	{"read", func(d *streamDiffer, end int) bool { return open(d, end) && !d.isPending(end, "Read") }, func(d *streamDiffer, end int) {
		sizes := []int{0, 1, 3, 100, 70_000}
		if unread, over := d.memoryState(end); d.vague[end] && unread > 0 {
			if sizes = sizes[:1]; over {
				sizes = sizes[:4]
			}
		}
		d.read(end, rapid.SampledFrom(sizes).Draw(d.t, "size"))
	}},
	{"write", (*streamDiffer).canWrite, func(d *streamDiffer, end int) {
		d.write(end, rapid.SampledFrom([]int{0, 1, 5, 100, 3000}).Draw(d.t, "size"))
	}},
	{"write huge", func(d *streamDiffer, end int) bool {
		return open(d, end) && !d.isPending(end, "Write") && (!d.isPending(1-end, "Read") || d.wants[1-end] <= 100)
	}, (*streamDiffer).writeHuge},
	{"buffers", func(d *streamDiffer, end int) bool {
		peer := d.memory.ends[1-end] // nothing must come in between
		return d.canWrite(end) && !d.isPending(1-end, "Read") && !peer.closed && !peer.shutRead
	}, (*streamDiffer).writeBuffers},
	{"copy", (*streamDiffer).canWrite, (*streamDiffer).copyFrom},
	{"drain", func(d *streamDiffer, end int) bool {
		_, over := d.memoryState(end)
		e := d.memory.ends[end]
		return open(d, end) && d.vague[end] && !over && !d.isPending(end, "Read") && !e.shutRead && !e.closed
	}, (*streamDiffer).drain},
	{"read all", func(d *streamDiffer, end int) bool {
		_, over := d.memoryState(end)
		return open(d, end) && over && !d.isPending(end, "Read")
	}, (*streamDiffer).readAll},
	{"deadline", open, (*streamDiffer).deadline},
	{"option", open, (*streamDiffer).option},
	{"close", open, func(d *streamDiffer, end int) {
		d.do(end, "Close", "Close", func(_ *streamWorld, e *streamEnd) string {
			err := e.c.Close()
			e.closed = true
			return e.say(err)
		})
	}},
	{"CloseWrite", func(d *streamDiffer, end int) bool {
		return open(d, end) && !(d.vague[end] && d.memory.ends[end].shutRead) // what is not sent yet may be answered with an RST
	}, func(d *streamDiffer, end int) {
		d.do(end, "CloseWrite", "CloseWrite", func(_ *streamWorld, e *streamEnd) string { return e.say(e.c.CloseWrite()) })
	}},
	{"CloseRead", func(d *streamDiffer, end int) bool { return open(d, end) && !d.vague[end] }, func(d *streamDiffer, end int) {
		d.do(end, "CloseRead", "CloseRead", func(_ *streamWorld, e *streamEnd) string {
			err := e.c.CloseRead()
			e.shutRead = e.shutRead || err == nil
			return e.say(err)
		})
	}},
	{"accept", func(d *streamDiffer, end int) bool { return end == 1 && !open(d, end) }, (*streamDiffer).accept},
	{"close the listener", func(d *streamDiffer, end int) bool { return end == 1 && !open(d, end) }, func(d *streamDiffer, end int) {
		d.do(end, "Close", "Close of the listener", func(w *streamWorld, _ *streamEnd) string {
			return (&side{}).describe(w.ln.Close(), w.ln.Addr(), w.ln.Addr())
		})
	}},
}
