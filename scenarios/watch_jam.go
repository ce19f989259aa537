package scenarios

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A jam is when nothing more goes to a collector that does not read: what its logger
// has sent fills the kernels of both sides, or the logger waits for an answer. Only
// then is a promise about such collectors put to the test.
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
	go func() { j.seen.Store(srv.awaitSockets(ctx, j.stands(srv.Transcript))) }()
	return j
}

// stands returns a condition that holds once what waits in the logger's sockets has
// not changed for some looks, and the collector has stopped reading. That nothing waits
// there counts only if nothing was logged either, or all was: the logger may not have
// got around to sending it.
func (j *jam) stands(record func() transcript.Transcript) func([]socket) bool {
	before, stopped := int64(-1), false
	full, empty := blocked(), 0
	return func(all []socket) bool {
		stopped = stopped || clientsSent(record()) > 0
		lines := j.lines.Load()
		if empty++; !stopped || fullest(all).unsent > 0 || lines != before && !j.all.Load() {
			before, empty = lines, 0
		}
		return full(all) && stopped || empty >= looks
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

// looks is how often what waits in a socket has to be the same to be called standing.
const looks = 10

// blocked returns a condition that holds once what waits in a socket has not changed
// for some looks, and there is no room for more: a client may have paused.
func blocked() func([]socket) bool {
	var waiting uint64
	same := 0
	return func(all []socket) bool {
		now := fullest(all)
		if same++; now.unsent == 0 || now.unsent != waiting || now.room {
			waiting, same = now.unsent, 0
		}
		return same >= looks
	}
}

// fullest returns the socket in which the most waits.
func fullest(all []socket) (full socket) {
	for _, s := range all {
		if s.unsent > full.unsent {
			full = s
		}
	}
	return full
}
