package nettest

import "math/bits"

// A ring is one direction of a stream: the bytes that were written and not read yet. It
// needs its connection's mu; but one who puts and one who takes may copy at the same
// time, without it.
type ring struct {
	buf     []byte // its length is a power of two, or 0
	read    int    // positions, counted from when the ring was last empty
	arrived int    // what can be read ends here
	wrote   int    // what lies behind arrived is on its way
	window  int    // how many bytes may be in it

	taking bool // a Read copies; what it copies counts as unread
}

// firstRing is the least that a ring holds.
const firstRing = 4 << 10

// room returns how many bytes more the ring may hold.
func (r *ring) room() int { return max(0, r.window-(r.wrote-r.read)) }

// unread returns how many bytes can be read.
func (r *ring) unread() int { return r.arrived - r.read }

// space returns where the next n bytes belong.
func (r *ring) space(n int) (a, b []byte) {
	r.rewind()
	if need := r.wrote - r.read + n; need > len(r.buf) {
		r.grow(max(need, firstRing))
	}
	return r.at(r.wrote, n)
}

// next returns the next n bytes to be read.
func (r *ring) next(n int) (a, b []byte) { return r.at(r.read, n) }

func (r *ring) at(pos, n int) (a, b []byte) {
	start := pos & (len(r.buf) - 1)
	end := min(start+n, len(r.buf))
	return r.buf[start:end], r.buf[:n-(end-start)]
}

// rewind starts an empty ring from its beginning: memory that was used just now is the
// fastest.
func (r *ring) rewind() {
	if r.read == r.wrote {
		r.read, r.arrived, r.wrote = 0, 0, 0
	}
}

// grow makes the ring hold n bytes. Who takes at the moment goes on with the old buffer.
func (r *ring) grow(n int) {
	old := *r
	r.buf = make([]byte, 1<<bits.Len(uint(n-1)))
	for pos := r.read; pos < r.wrote; {
		a, _ := old.at(pos, r.wrote-pos)
		x, y := r.at(pos, len(a))
		copy(y, a[copy(x, a):])
		pos += len(a)
	}
}

// discard forgets what has not arrived. Who puts at the moment must find out himself.
func (r *ring) discard() { r.wrote = r.arrived }
