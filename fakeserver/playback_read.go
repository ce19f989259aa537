package fakeserver

import (
	"slices"
	"time"
)

// maxPlaybackRead is how much a playback reads at once.
const maxPlaybackRead = 64 << 10

// A readerAside reads a connection when it is asked to, in a goroutine of its own, so that what waits for bytes can wait
// for other things, too.
type readerAside struct {
	c     *Conn
	ask   chan int
	came  chan readResult
	asked bool
	done  chan struct{}
}

// A readResult is what a Read returned.
type readResult struct {
	data []byte
	err  error
}

func newReaderAside(c *Conn) *readerAside {
	r := &readerAside{c: c, ask: make(chan int, 1), came: make(chan readResult, 1), done: make(chan struct{})}
	go r.loop()
	return r
}

func (r *readerAside) loop() {
	defer close(r.done)
	var buf []byte
	for n := range r.ask {
		if len(buf) < n {
			buf = make([]byte, n)
		}
		k, err := r.c.Read(buf[:n])
		r.came <- readResult{slices.Clone(buf[:k]), err}
	}
}

// want asks for at most n bytes, unless it was asked already.
func (r *readerAside) want(n int64) {
	if !r.asked {
		r.asked = true
		r.ask <- int(min(n, maxPlaybackRead))
	}
}

// took says that what came was taken.
func (r *readerAside) took() { r.asked = false }

// stop ends a Read that waits, and waits for the goroutine.
func (r *readerAside) stop() {
	close(r.ask)
	r.c.SetReadDeadline(past)
	<-r.done
	r.c.SetReadDeadline(time.Time{})
}
