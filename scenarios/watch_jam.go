package scenarios

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A jam is when nothing more goes to a collector that does not read: what its logger
// has sent fills the kernels of both sides, or the logger waits for an answer. Only
// then is a promise about such collectors put to the test. A logger that gives such a
// connection up, and takes another, has met a jam as well.
type jam struct {
	size  int          // of a line, in bytes
	lines atomic.Int64 // logged
	all   atomic.Bool  // all that was to be logged is; what else is logged is to make the jam
	seen  atomic.Bool
}

// watchJam looks for a jam of lines in front of a collector until there was one, or ctx
// is done. Where the kernel does not tell (it does on Linux), it takes one for granted.
func watchJam(ctx context.Context, srv fake, lineSize int) *jam {
	j := &jam{size: lineSize}
	go func() { j.seen.Store(srv.awaitAllSockets(ctx, j.stands(srv.Transcript))) }()
	return j
}

// stands returns a condition that holds once what waits in the logger's sockets has
// not changed for enough looks, and the collector has stopped reading. That nothing waits
// there counts only if nothing was logged either, or all was: the logger may not have
// got around to sending it.
func (j *jam) stands(record func() transcript.Transcript) func([]socket) bool {
	before, stopped := int64(-1), false
	var full waiting
	empty := 0
	return func(all []socket) bool {
		stopped = stopped || clientsSent(record()) > 0
		all = withoutStrays(all, record)
		lines := j.lines.Load()
		if empty++; !stopped || anyUnsent(owned(all)) || lines != before && !j.all.Load() {
			before, empty = lines, 0
		}
		return full.look(all)+full.gone >= full.enough() && stopped || empty >= looks
	}
}

// missing returns an error if there was no jam.
func (j *jam) missing(took time.Duration) error {
	if j.seen.Load() {
		return nil
	}
	return fmt.Errorf("%w: %d lines of %d bytes were logged in %v, and what goes to the collector never stood still: its buffers were not full",
		ErrInconclusive, j.lines.Load(), j.size, took.Round(time.Millisecond))
}

// looks is how often what waits in a socket has to be the same, at least, to be called standing.
const looks = 10

// pauses is how many times longer than its longest pause so far a client has to send
// nothing, so that it does not merely pause again.
const pauses = 4

// blocked returns a condition that holds once what waits in a socket has not changed
// for some looks, and there is no room for more: a client may have paused. That it paused
// before, as on a busy machine, makes this no longer: a deadline is running.
func blocked() func([]socket) bool {
	var w waiting
	return func(all []socket) bool { return w.look(all) >= looks }
}

// waiting is what waits in sockets, from look to look. That there is no room for more does
// not say that a Write waits: Linux says so from two thirds of the buffer on, and takes the
// rest nevertheless. A client that sends in batches may pause there, and its next batch fit.
type waiting struct {
	ports  map[uint16]standing
	gone   int // looks at full sockets that have gone, since their client gave them up
	paused int // the longest pause after which a client sent more, in looks
}

// A standing is for how many looks after the first the same has waited in a socket.
type standing struct {
	unsent uint64
	full   bool // without room for more
	looks  int
}

// look returns for how many looks, at most, a full socket has been standing.
func (w *waiting) look(all []socket) (longest int) {
	now := map[uint16]standing{}
	for _, s := range all {
		next := standing{unsent: s.unsent, full: s.unsent > 0 && !s.room}
		before, known := w.ports[s.port]
		switch {
		case known && next.unsent == before.unsent && next.full == before.full:
			next.looks = before.looks + 1
		case next.unsent > before.unsent:
			w.paused = max(w.paused, before.looks)
		}
		now[s.port] = next
		if next.full {
			longest = max(longest, next.looks)
		}
	}
	w.gone += looksAtGone(w.ports, all)
	w.ports = now
	return longest
}

// enough returns for how many looks a full socket has to stand until a Write waits.
func (w *waiting) enough() int { return looks + pauses*w.paused }

// looksAtGone returns how many looks there were at the full sockets that are not there any more.
func looksAtGone(ports map[uint16]standing, all []socket) (sum int) {
	for port, before := range ports {
		if before.full && !slices.ContainsFunc(all, func(s socket) bool { return s.port == port }) {
			sum += before.looks + 1
		}
	}
	return sum
}

// withoutStrays returns sockets without the orphans that are not of the record's connections.
func withoutStrays(all []socket, record func() transcript.Transcript) []socket {
	if !anyUnsent(all) || len(owned(all)) == len(all) {
		return all
	}
	clients := clientPorts(record())
	return slices.DeleteFunc(all, func(s socket) bool { return s.orphan && !clients[s.port] })
}

// anyUnsent reports whether something waits in one of the sockets.
func anyUnsent(all []socket) bool {
	return slices.ContainsFunc(all, func(s socket) bool { return s.unsent > 0 })
}
