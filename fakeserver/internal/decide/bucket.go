package decide

import (
	"math"
	"math/bits"
	"time"
)

// A Bucket says when bytes may pass: burst of them at once, and from then on so many a second. It
// has no clock: it is told the time, and used by one goroutine at a time.
type Bucket struct {
	rate, burst int64
	free        time.Time // when everything taken so far has passed
	rest        uint64    // and that many parts of a nanosecond later, of which rate make one
}

// NewBucket returns a full bucket. Both arguments must be at least 1.
func NewBucket(bytesPerSecond, burst int64) *Bucket {
	return &Bucket{rate: bytesPerSecond, burst: burst}
}

// Piece returns how many bytes pass together at most: what is in a full bucket, or passes
// within a millisecond. More would be a silence, and then all of it at once.
func (b *Bucket) Piece() int64 { return max(b.burst, b.rate/1000) }

// Take returns when n bytes may pass that are ready at now.
//
// The bucket is full when free lies burst bytes in the past; a byte passes as soon
// as it is in the bucket.
func (b *Bucket) Take(now time.Time, n int) time.Time {
	var took time.Duration
	took, _ = b.span(b.burst, 0)
	if full := now.Add(-took); b.free.Before(full) {
		b.free, b.rest = full, 0
	}
	took, b.rest = b.span(int64(n), b.rest)
	b.free = b.free.Add(took)
	if b.free.After(now) {
		return b.free
	}
	return now
}

// span returns how long n bytes take, and a rest of an earlier span: exactly, so
// that many small pieces take as long as one large. The new rest is left.
func (b *Bucket) span(n int64, rest uint64) (time.Duration, uint64) {
	rate := uint64(b.rate)
	seconds := min(n/b.rate, math.MaxInt64/int64(time.Second)-1)
	hi, lo := bits.Mul64(uint64(n%b.rate), uint64(time.Second))
	lo, carry := bits.Add64(lo, rest, 0)
	part, rest := bits.Div64(hi+carry, lo, rate)
	return time.Duration(seconds)*time.Second + time.Duration(part), rest
}

// due returns when n bytes that are ready at ready have passed all buckets.
func due(ready time.Time, all []*Bucket, n int) time.Time {
	for _, b := range all {
		ready = b.Take(ready, n)
	}
	return ready
}
