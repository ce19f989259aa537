package record

import "sync"

// aheadFrom is how many bytes a lane has recorded before blocks are made ahead for it: a block that
// nothing comes to use is then as little waste as the growth of blocks is, half of what is there.
const aheadFrom = 4 * largeBlock

// An ahead makes the next large block ready while the one before it is filled: that takes longer than
// to fill it, and what fills it had to wait.
type ahead struct {
	mu     sync.Mutex // guards what follows
	making bool
	next   []byte // nil: there is none
}

// Ahead lets r make memory ready while it records. Run calls its argument in a goroutine, which waits for nothing and
// ends within a millisecond. Ahead is to be called before anything is recorded, by who made the recorder.
func (r *Recorder) Ahead(run func(func())) { r.run = run }

// block returns a large block that is writable, and sees to it that run makes the one after it.
func (a *ahead) block(run func(func())) []byte {
	b, begin := a.take()
	if begin {
		run(a.make)
	}
	if b == nil {
		b = readyBlock()
	}
	return b
}

// take takes the next block, if it is there. Begin says that the one after it is to be made.
func (a *ahead) take() (b []byte, begin bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b, a.next = a.next, nil
	begin = !a.making
	a.making = true
	return b, begin
}

// make makes the next block.
func (a *ahead) make() {
	b := readyBlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.next, a.making = b, false
}
