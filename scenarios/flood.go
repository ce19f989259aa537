package scenarios

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// A flood is more than the kernels of both sides hold for a collector that does
// not read, which was 4.1 MB on Linux.
const (
	floodBytes = 16 << 20
	floodLine  = 8000
)

// stuck returns a wire whose collector reads one byte, and no more until release
// is called. Its record keeps no bytes.
func stuck() (w wire, release func()) {
	gate, release := newGate()
	return wire{what: "when the collector stops reading", handler: reluctant(gate), bulk: true}, release
}

// flood logs total bytes of long lines, none of which must take longer than Blocks.
// It ends early when the caller has waited often enough: that is proof, too, that
// there was no room left.
func (s *logging) flood(l NetworkLogger, total int64) error {
	blocks := l.blocks()
	var waited, longest time.Duration
	for n, logged := 1, int64(0); logged < total && waited < 4*blocks+slack; n++ {
		line := floodText(n)
		began := time.Now()
		if err := s.printWithin(blocks, line); err != nil {
			return err
		}
		took := time.Since(began)
		waited, longest = waited+took, max(longest, took)
		logged += int64(len(line))
		if logged < total && waited >= 4*blocks+slack && longest < blocks/8 {
			return fmt.Errorf("%w: the machine was too busy: %d of %d bytes were logged in %v, and no line had to wait", ErrUnproved, logged, total, waited)
		}
	}
	return nil
}

// floodText returns line n of a flood, in memory of its own.
func floodText(n int) string {
	return fmt.Sprintf("line %05d %s end %05d", n, strings.Repeat("abcdefgh", floodLine/8), n)
}

// blocks returns how long Print may take.
func (l NetworkLogger) blocks() time.Duration {
	if l.Blocks == 0 {
		return l.Within
	}
	return l.Blocks
}

// newGate returns a gate for reluctant, and what opens it.
func newGate() (gate chan struct{}, release func()) {
	gate = make(chan struct{})
	return gate, sync.OnceFunc(func() { close(gate) })
}
