package fakeserver

import "time"

// maxSteps is how many steps wait at most, about: as many as there are in 64 KiB that are cut
// into single bytes.
const maxSteps = 1 << 17

// room returns how many bytes there is room for. A queue that was full has none before
// there is enough for a piece, so that it is not filled crumb by crumb.
func (q *queue) room() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	landed := 0
	for now := time.Now(); landed < len(q.flights) && !q.flights[landed].until.After(now); landed++ {
		q.flying -= q.flights[landed].bytes
	}
	q.flights = q.flights[landed:]
	n := min(max(q.limit, q.wants)-(q.bytes-q.flying), mostWaiting-q.bytes)
	steps := maxSteps - len(q.items)
	if q.full = n <= 0 || steps <= 0 || q.full && (n < piece && q.bytes >= q.wants || steps < maxSteps/2); q.full {
		return 0
	}
	return n
}

// freeSteps returns how many steps there is room for.
func (q *queue) freeSteps() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int64(maxSteps - len(q.items))
}
