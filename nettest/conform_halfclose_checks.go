package nettest

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"time"
)

func (h *halves) testEOF() error {
	return errors.Join(wantEnded(h.a, h.b, "last words"), wantEOF(h.b))
}

// bigText returns bytes of which no two pieces are alike.
func bigText(size int) string {
	p := make([]byte, size)
	rand.NewChaCha8([32]byte{}).Read(p)
	return string(p)
}

func (h *halves) testBigData() error { return wantEnded(h.a, h.b, bigText(1<<20)) }

func (h *halves) testWakesRead() error {
	read := begin("Read", func() error { return wantEOF(h.b) })
	return first(
		read.waits,
		h.a.CloseWrite,
		read.end,
	)
}

func (h *halves) testOtherDirection() error {
	return first(
		func() error { return wantEnded(h.a, h.b, "a question") },
		func() error { return say(h.b, h.a, "an answer") },
		func() error { return say(h.b, h.a, "and more of it") },
		func() error { return wantEnded(h.b, h.a, bigText(1<<16)) },
	)
}

func (h *halves) testOwnRead() error {
	read := begin("Read", func() error {
		p := make([]byte, 10)
		if n, err := h.a.Read(p); string(p[:n]) != "x" || err != nil {
			return fmt.Errorf("Read of the same end = %q, %v; want \"x\"", p[:n], err)
		}
		return nil
	})
	return first(
		read.waits,
		h.a.CloseWrite,
		read.waits,
		func() error { _, err := io.WriteString(h.b, "x"); return wantNil("Write", err) },
		read.end,
	)
}

func (h *halves) testReadDeadline() error {
	return first(
		h.a.CloseWrite,
		func() error { return h.a.SetReadDeadline(aLongTimeAgo) },
		func() error { _, err := h.a.Read(make([]byte, 1)); return wantTimeout("Read", err) },
		func() error { return h.a.SetReadDeadline(time.Time{}) },
		func() error { return say(h.b, h.a, "an answer") },
	)
}

func (h *halves) testWriteAfter() error {
	ended := endWrites(h.a, "before")
	rest := begin("Read", func() error { return wantRest(h.b, "before") })
	if err := ended.end(); err != nil {
		return err
	}
	for range 2 {
		n, err := h.a.Write([]byte("after"))
		if n != 0 || err == nil {
			return fmt.Errorf("Write after CloseWrite = %d, %v; want 0 and an error", n, err)
		}
		if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
			return fmt.Errorf("Write after CloseWrite: %w: want no timeout", err)
		}
	}
	return rest.end()
}

func (h *halves) testDuringWrite() error {
	w := &longWrite{to: h.a}
	wrote := begin("Write", w.run)
	w.settle()
	ended := begin("CloseWrite", h.a.CloseWrite)
	time.Sleep(awhile) // some implementations let the Write under way go first
	got, err := io.Copy(io.Discard, h.b)
	if err != nil {
		return wantNil("Read", err)
	}
	if err := errors.Join(ended.end(), wrote.end()); err != nil {
		return err
	}
	if want := w.counted.Load(); got != want {
		return fmt.Errorf("%d bytes arrived; Write counted %d", got, want)
	}
	return nil
}

// A longWrite writes until Write fails.
type longWrite struct {
	to      net.Conn
	counted atomic.Int64
}

// enough is more than fits into any bounded window.
const enough = 64 << 20

func (w *longWrite) run() error {
	for p := make([]byte, 1<<16); w.counted.Load() < enough; {
		n, err := w.to.Write(p)
		w.counted.Add(int64(n))
		if err != nil {
			return nil
		}
	}
	return nil
}

// settle waits until the Write seems to be blocked. On a busy machine it may not have begun.
func (w *longWrite) settle() {
	for before := int64(-1); before != w.counted.Load(); time.Sleep(awhile) {
		before = w.counted.Load()
	}
}

// settleAt waits until so much was written, or nothing more for a quarter of a second, which a
// goroutine that is only late hardly takes to go on, and returns how much it was.
func (w *longWrite) settleAt(atLeast int64) int64 {
	const long = 25
	before := w.counted.Load()
	for still := 0; still < long && before < atLeast; still++ {
		time.Sleep(awhile)
		if now := w.counted.Load(); now != before {
			before, still = now, 0
		}
	}
	return before
}

func (h *halves) testTwice() error {
	return first(
		func() error { return wantEnded(h.a, h.b, "a question") },
		func() error { h.a.CloseWrite(); return nil }, // some return an error
		func() error { return wantEOF(h.b) },
		func() error { return say(h.b, h.a, "an answer") },
	)
}

func (h *halves) testEachWay() error {
	text := bigText(1 << 18)
	there := begin("", func() error { return wantEnded(h.a, h.b, text) })
	back := begin("", func() error { return wantEnded(h.b, h.a, text) })
	return errors.Join(there.end(), back.end())
}

func (h *halves) testCloseAfter() error {
	ended := endWrites(h.a, "last words")
	closed := begin("Close", func() error {
		return first(ended.end, func() error { return wantNil("Close", h.a.Close()) })
	})
	return errors.Join(wantRest(h.b, "last words"), closed.end())
}

func (h *halves) testCloseWakesRead() error {
	read := begin("Read", func() error {
		_, err := h.a.Read(make([]byte, 1))
		return wantClosed("Read of the same end", err)
	})
	return first(
		h.a.CloseWrite,
		read.waits,
		func() error { return wantNil("Close", h.a.Close()) },
		read.end,
	)
}

func (h *halves) testAfterClose() error {
	return first(
		func() error { return wantNil("Close", h.a.Close()) },
		func() error { return wantClosed("CloseWrite", h.a.CloseWrite()) },
	)
}

func (h *halves) testCloseRead() error {
	a, ok := h.a.(interface{ CloseRead() error })
	if !ok {
		return lacksError("CloseRead")
	}
	read := begin("Read", func() error {
		if n, err := h.a.Read(make([]byte, 1)); n != 0 || err == nil {
			return fmt.Errorf("Read of the same end = %d, %v; want 0 and an error", n, err)
		}
		return nil
	})
	return first(
		read.waits,
		func() error { return wantNil("CloseRead", a.CloseRead()) },
		read.end,
		func() error { return say(h.a, h.b, "goes on") },
	)
}
