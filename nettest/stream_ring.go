package nettest

import "math/bits"

// A ring is one direction of a stream: the bytes that were written and not read yet. The
// connection's mu guards it, but the bytes themselves may be copied in by one goroutine and
// out by another without it.
type ring struct {
	buf     []byte // its length is a power of two, or 0
	read    int    // offsets, counted from when the ring was last empty
	arrived int    // the end of what can be read
	wrote   int    // bytes from arrived to here are on their way
	window  int    // how many bytes may be in it

	copying bool // a Read is copying bytes out, which still count as unread
}

// minRing is the size of the smallest buffer.
const minRing = 4 << 10

// room returns how many more bytes the ring may hold.
func (r *ring) room() int { return max(0, r.window-(r.wrote-r.read)) }

// unread returns how many bytes can be read.
func (r *ring) unread() int { return r.arrived - r.read }

// space returns where the next n bytes go.
func (r *ring) space(n int) (a, b []byte) {
	r.rewind()
	if need := r.wrote - r.read + n; need > len(r.buf) {
		r.grow(max(need, minRing))
	}
	return r.at(r.wrote, n)
}

// next returns the next n bytes to be read.
func (r *ring) next(n int) (a, b []byte) { return r.at(r.read, n) }

func (r *ring) at(offset, n int) (a, b []byte) {
	start := offset & (len(r.buf) - 1)
	end := min(start+n, len(r.buf))
	return r.buf[start:end], r.buf[:n-(end-start)]
}

// rewind lets an empty ring start over: memory that was just used is the fastest.
func (r *ring) rewind() {
	if r.read == r.wrote {
		r.read, r.arrived, r.wrote = 0, 0, 0
	}
}

// grow makes the ring hold n bytes. A Read that is copying goes on with the old buffer.
func (r *ring) grow(n int) {
	old := *r
	r.buf = make([]byte, 1<<bits.Len(uint(n-1)))
	for offset := r.read; offset < r.wrote; {
		a, _ := old.at(offset, r.wrote-offset)
		x, y := r.at(offset, len(a))
		copy(y, a[copy(x, a):])
		offset += len(a)
	}
}

// discard drops what has not arrived. A put under way must check for that itself.
func (r *ring) discard() { r.wrote = r.arrived }
