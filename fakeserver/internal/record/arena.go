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

// An arena owns the large blocks of one recorder, and of those beside it.
type arena struct {
	watched sync.Once // by a cleanup of the recorder, from the first block on

	mu     sync.Mutex // guards what follows
	blocks [][]byte
	lent   bool // bytes may be held elsewhere: never use the blocks again
}

// idle holds large blocks of recorders that are gone.
var idle struct {
	mu     sync.Mutex // guards blocks
	blocks [][]byte
}

func (a *arena) lend() {
	a.mu.Lock()
	a.lent = true
	a.blocks = nil
	a.mu.Unlock()
}

// block returns size bytes of memory that nothing else holds. Their content is
// undefined.
func (r *Recorder) block(size int) []byte {
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
	return r.arena.block()
}

// block returns a large block.
func (a *arena) block() []byte {
	b := takeIdle()
	if b == nil {
		b = make([]byte, largeBlock)
		ready(b)
	}
	a.mu.Lock()
	if !a.lent {
		a.blocks = append(a.blocks, b)
	}
	a.mu.Unlock()
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
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.lent {
		return
	}
	idle.mu.Lock()
	defer idle.mu.Unlock()
	room := maxIdle - len(idle.blocks)
	idle.blocks = append(idle.blocks, a.blocks[:min(room, len(a.blocks))]...)
	a.blocks = nil
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
