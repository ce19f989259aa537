package fakeserver

import (
	"math"
)

// heldBack is what Reorder keeps of one direction of a peer until later datagrams have
// passed. Its zero value is empty.
type heldBack[T any] struct {
	after map[int64][]T // by the number of the datagram that it comes after
}

// keep keeps v until datagram number+gap has passed.
func (h *heldBack[T]) keep(number, gap int64, v T) {
	if h.after == nil {
		h.after = map[int64][]T{}
	}
	last := number + gap
	if last < number {
		last = math.MaxInt64
	}
	h.after[last] = append(h.after[last], v)
}

// release returns what comes after datagram n, in the order in which it was kept. It is
// called for each number.
func (h *heldBack[T]) release(n int64) []T {
	out := h.after[n]
	delete(h.after, n)
	return out
}

// rest takes everything, in no order.
func (h *heldBack[T]) rest() []T {
	var all []T
	for _, kept := range h.after {
		all = append(all, kept...)
	}
	h.after = nil
	return all
}
