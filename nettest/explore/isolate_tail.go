package explore

import (
	"bytes"
	"slices"
	"sync"
)

// A tail keeps the end of what is written to it. When that tells of a program's death, it keeps the beginning of the
// death, where the reason is: the stacks of thousands of goroutines may follow.
type tail struct {
	mu   sync.Mutex // guards what follows
	buf  []byte
	dies int // where in buf the last death begins; 0: there is none
}

// maxTail is how much it keeps of a death, and of what is written if there is none.
const maxTail = 64 << 10

// deathMarks are what a program that dies begins a line with.
var deathMarks = []string{"\npanic: ", "\nfatal error: ", "\nWARNING: DATA RACE"}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.buf) == 0 {
		t.buf = []byte("\n") // so that each line comes after one
	}
	const longest = 20 // of the marks
	from := max(len(t.buf)-longest, 0)
	t.buf = append(t.buf, p...)
	for _, mark := range deathMarks {
		if at := bytes.LastIndex(t.buf[from:], []byte(mark)); at >= 0 {
			t.dies = max(t.dies, from+at)
		}
	}
	end := len(t.buf)
	if t.dies > 0 {
		end = min(end, t.dies+maxTail)
		t.buf = t.buf[:end]
	}
	if extra := end - 2*maxTail; extra > 0 {
		t.buf = slices.Delete(t.buf, 0, extra)
		t.dies = max(t.dies-extra, 0)
	}
	return len(p), nil
}

// String returns what is kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
