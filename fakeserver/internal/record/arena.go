package record

import (
	"runtime"
	"sync"
)

// Blocks grow from small to large, so that a test of 64 bytes does not pay for
// a megabyte and a long one does not allocate often. Making memory writable,
// not copying, is what limits a recorder: so large blocks are used again where
// nothing can hold their bytes.
const (
	smallBlock = 512
	largeBlock = 256 << 10
	maxIdle    = 128 // large blocks that wait to be used again: 32 MiB
)

// An arena owns the large blocks of one recorder, and of those beside it. It must not lead to a recorder: that
// would never be unreachable.
type arena struct {
	watched sync.Once // by a cleanup of the recorder, from the first block on

	ahead ahead

	mu     sync.Mutex // guards what follows
	blocks [][]byte
	lent   bool // bytes may be held elsewhere: never use the blocks again
}

// idle holds large blocks of recorders that are gone.
var idle = struct {
	mu     sync.Mutex // guards what follows
	blocks [][]byte
	most   int
}{most: maxIdle}

func (a *arena) lend() {
	a.mu.Lock()
	a.lent = true
	a.blocks = nil
	a.mu.Unlock()
}

// block returns size bytes of memory that nothing else holds, after total recorded bytes. Their
// content is undefined.
func (r *Recorder) block(size int, total int64) []byte {
	if size != largeBlock {
		return make([]byte, size)
	}
	// When the recorder is unreachable and no snapshot of it was ever taken,
	// nothing can hold its bytes: the large blocks may serve again.
	owner := r
	if r.main != nil { // which r keeps reachable
		owner = r.main
	}
	r.arena.watched.Do(func() { runtime.AddCleanup(owner, (*arena).recycle, r.arena) })
	b := takeIdle()
	switch {
	case b != nil:
	case r.run != nil && total >= aheadFrom:
		b = r.arena.ahead.block(r.run)
	default:
		b = readyBlock()
	}
	r.arena.own(b)
	return b
}

// own keeps b, until it may be used again.
func (a *arena) own(b []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.lent {
		a.blocks = append(a.blocks, b)
	}
}

// readyBlock returns a large block that is writable.
func readyBlock() []byte {
	b := make([]byte, largeBlock)
	ready(b)
	return b
}

func takeIdle() []byte {
	idle.mu.Lock()
	defer idle.mu.Unlock()
	n := len(idle.blocks)
	if n == 0 {
		return nil
	}
	b := idle.blocks[n-1]
	idle.blocks[n-1] = nil
	idle.blocks = idle.blocks[:n-1]
	return b
}

// recycle gives the blocks to later recorders. It is only for an arena whose recorder
// is unreachable.
func (a *arena) recycle() {
	if b, _ := a.ahead.take(); b != nil { // which nothing has ever used
		leaveIdle(b)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.lent {
		return
	}
	leaveIdle(a.blocks...)
	a.blocks = nil
}

// leaveIdle leaves blocks, for as many as there is room, to later recorders.
func leaveIdle(blocks ...[]byte) {
	idle.mu.Lock()
	defer idle.mu.Unlock()
	room := idle.most - len(idle.blocks)
	idle.blocks = append(idle.blocks, blocks[:min(room, len(blocks))]...)
}

// nextBlock returns the size of the block that follows total recorded bytes,
// when at least need bytes have to fit. Growing by half of what is there bounds
// the waste at 1.5 bytes for one.
func nextBlock(total int64, need int) int {
	size := smallBlock
	for size < largeBlock && int64(size) < total/2 {
		size *= 2
	}
	for size < need {
		size *= 2
	}
	return size
}
