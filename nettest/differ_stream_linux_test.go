package nettest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/nettest"
)

// differPatience is how long the kernel may take to reach the state that memory is in at once.
const differPatience = 20 * time.Second

// A streamDiffer runs a program step by step in both worlds, and compares what each step returns and the
// state in which it leaves both ends. It does not compare what differs from Linux by the doc of [nettest.Network].
type streamDiffer struct {
	t      *rapid.T
	memory *streamWorld
	kernel *streamWorld
	story  []string

	pending [2]map[string]*bothCalls // the calls that are blocked, of each end
	vague   [2]bool                  // the window that this end reads from was full: how much is in it is not compared
	wants   [2]int                   // what this end's last Read asked for
	patient *time.Duration
}

// bothCalls is the same call in both worlds.
type bothCalls struct{ memory, kernel *call }

func newStreamDiffer(t *rapid.T, patient *time.Duration) *streamDiffer {
	memory, err := inMemory()
	if err != nil {
		t.Fatal(err)
	}
	kernel, err := onKernel()
	if err != nil {
		memory.stop()
		t.Fatal(err)
	}
	return &streamDiffer{t: t, memory: memory, kernel: kernel, patient: patient,
		pending: [2]map[string]*bothCalls{{}, {}}}
}

func (d *streamDiffer) stop() {
	d.memory.stop()
	d.kernel.stop()
}

// do makes a call of one end, or its listener, in both worlds. A call that blocks is kept, by its
// kind, until another call ends it.
func (d *streamDiffer) do(end int, kind, what string, call func(w *streamWorld, e *streamEnd) string) {
	d.story = append(d.story, fmt.Sprintf("%c: %s", 'a'+end, what))
	b := &bothCalls{memory: begin(func() string { return call(d.memory, d.memory.ends[end]) })}
	comesTrue(*d.patient, func() bool { return atRest(b.memory) })
	b.kernel = begin(func() string { return call(d.kernel, d.kernel.ends[end]) })
	d.pending[end][kind] = b
	d.settle()
}

// settle waits until both worlds are at rest, and in the same state.
func (d *streamDiffer) settle() {
	calls := d.calls(func(b *bothCalls) *call { return b.memory })
	comesTrue(*d.patient, func() bool { return atRest(calls...) })
	var difference string
	comesTrue(*d.patient, func() bool {
		difference = d.difference()
		return difference == ""
	})
	for end, kinds := range d.pending {
		done := map[string]*bothCalls{}
		maps.Copy(done, kinds)
		maps.DeleteFunc(done, func(_ string, b *bothCalls) bool { return !b.memory.isDone() || !b.kernel.isDone() })
		for _, kind := range slices.Sorted(maps.Keys(done)) {
			d.told(end, kind, done[kind], done["Read"] != nil && done["Write"] != nil)
			delete(kinds, kind)
		}
	}
	if difference != "" {
		d.fail(difference)
	}
}

func (d *streamDiffer) calls(of func(*bothCalls) *call) (all []*call) {
	for _, kinds := range d.pending {
		for _, b := range kinds {
			all = append(all, of(b))
		}
	}
	return all
}

// difference returns what is blocked in only one world, or how their states differ.
func (d *streamDiffer) difference() string {
	for end, kinds := range d.pending {
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			b := kinds[kind]
			if m, k := b.memory.isDone(), b.kernel.isDone(); m != k {
				return fmt.Sprintf("%s of %c has returned: in memory %v, on the kernel %v", kind, 'a'+end, m, k)
			}
		}
	}
	if !atRest(d.calls(func(b *bothCalls) *call { return b.kernel })...) {
		return "a call on the kernel is neither done nor blocked"
	}
	for end := range d.vague {
		m, k := d.memory.ends[end], d.kernel.ends[end]
		if m.c == nil || m.closed {
			continue
		}
		if m, k := d.stateOf(d.memory, end, m), d.stateOf(d.kernel, end, k); m != k {
			return fmt.Sprintf("%c's state: in memory %+v, on the kernel %+v", 'a'+end, m, k)
		}
	}
	return ""
}

func (d *streamDiffer) stateOf(w *streamWorld, end int, e *streamEnd) nettest.State {
	s := w.state(e.c)
	if d.vague[end] {
		s.Unread = min(s.Unread, 1)
	}
	return s
}

// told compares what a call returned. If a Read and a Write are blocked at the same time, either may get an error that
// is returned once: that is a race in both worlds, and not compared.
func (d *streamDiffer) told(end int, kind string, b *bothCalls, race bool) {
	m, k := b.memory.said, b.kernel.said
	d.story = append(d.story, fmt.Sprintf("\t%c's %s: %s", 'a'+end, kind, m))
	if race {
		m, k = anyEnd(m), anyEnd(k)
	}
	if m != k {
		d.fail(fmt.Sprintf("%c's %s says in memory\n\t\t%s\n\ton the kernel\n\t\t%s", 'a'+end, kind, m, k))
	}
}

// anyEnd removes which end of a stream a call met with.
func anyEnd(said string) string {
	what, err, _ := strings.Cut(said, ", ")
	if strings.HasSuffix(err, "EOF") || strings.HasSuffix(err, "EPIPE") || strings.HasSuffix(err, "ECONNRESET") {
		return what + ", an end"
	}
	return said
}

func (d *streamDiffer) fail(difference string) {
	*d.patient = 100 * time.Millisecond // there is a difference: from now on rapid looks for a shorter program
	d.t.Fatalf("%s\n\t%s", strings.Join(d.story, "\n\t"), difference)
}

// In these programs a call that blocks is ended by its deadline at once.
func TestNetworkDiffersInNothingInOneGoroutine(t *testing.T) {
	patient := differPatience
	checkRandom(t, 60, func(rt *rapid.T) {
		d := newStreamDiffer(rt, &patient)
		defer d.stop()
		d.run(func(end int) {
			for _, kind := range []string{"Read", "Write", "Accept"} {
				if d.isPending(end, kind) {
					d.expire(end)
				}
			}
		})
	})
}

// In these programs a call that blocks stays blocked until another call ends it.
func TestNetworkDiffersInNothingInBlockedCalls(t *testing.T) {
	patient := differPatience
	checkRandom(t, 60, func(rt *rapid.T) {
		d := newStreamDiffer(rt, &patient)
		defer d.stop()
		d.run(func(int) {})
	})
}

func (d *streamDiffer) run(after func(end int)) {
	if rapid.IntRange(0, 4).Draw(d.t, "accepted") > 0 {
		d.accept(1)
	}
	for range rapid.IntRange(1, 25).Draw(d.t, "steps") {
		end := rapid.IntRange(0, 1).Draw(d.t, "end")
		var can []differStep
		for _, s := range streamSteps {
			if s.can(d, end) {
				can = append(can, s)
			}
		}
		i := rapid.IntRange(0, len(can)-1).Draw(d.t, "step")
		can[i].do(d, end)
		after(end)
	}
	for end := range d.pending {
		if open(d, end) {
			d.do(end, "Close", "Close", func(_ *streamWorld, e *streamEnd) string {
				e.closed = true
				return e.say(e.c.Close())
			})
		}
	}
}

// expire ends blocked calls by a deadline that lets later ones go on.
func (d *streamDiffer) expire(end int) {
	for _, at := range []time.Time{time.Unix(1, 0), {}} {
		d.do(end, "SetDeadline", fmt.Sprintf("SetDeadline past %v", !at.IsZero()),
			func(_ *streamWorld, e *streamEnd) string { return e.say(e.c.SetDeadline(at)) })
	}
}
