package fakeserver

import (
	"math"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// heldBack is what Reorder and Duplicate keep of one direction of a peer until later datagrams have
// passed. Its zero value is empty.
type heldBack[T any] struct {
	after map[int64][]held[T] // by the number of the datagram that it comes after
}

// held is one thing that is kept, and when it would have been due.
type held[T any] struct {
	due   time.Time
	value T
}

// keep keeps v, which is due then, until datagram number+gap has passed.
func (h *heldBack[T]) keep(number, gap int64, due time.Time, v T) {
	if h.after == nil {
		h.after = map[int64][]held[T]{}
	}
	last := number + gap
	if last < number {
		last = math.MaxInt64
	}
	h.after[last] = append(h.after[last], held[T]{due, v})
}

// release calls f with what comes after datagram n, which passes at a time, in the order in
// which it was kept, and with when it is due now: what delays n delays it, too. It is called
// for each number.
func (h *heldBack[T]) release(n int64, passes time.Time, f func(v T, due time.Time)) {
	all := h.after[n]
	delete(h.after, n)
	for _, kept := range all {
		f(kept.value, later(kept.due, passes))
	}
}

// isEmpty reports whether nothing is kept.
func (h *heldBack[T]) isEmpty() bool { return len(h.after) == 0 }

// rest takes everything, in no order.
func (h *heldBack[T]) rest() (all []T) {
	for _, kept := range h.after {
		for _, k := range kept {
			all = append(all, k.value)
		}
	}
	h.after = nil
	return all
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// keptBytes are a copy of a datagram's bytes, which its sender does not change. It is made once
// for those who share them.
type keptBytes struct{ mine, senders []byte }

func (k *keptBytes) of(b []byte) []byte {
	if k.mine == nil || !decide.Same(k.senders, b) {
		k.mine, k.senders = append([]byte{}, b...), b
	}
	return k.mine
}
