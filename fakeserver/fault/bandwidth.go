package fault

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"time"
)

// Bandwidth limits how fast bytes pass, with a token bucket: Burst bytes pass at
// once, and from then on BytesPerSecond, in pieces of at most Burst bytes or of what passes
// within a millisecond. Of all faults it acts last.
//
// FromClient, the server reads at most 256 KiB ahead of what the handler may have, or
// what passes in 20 ms, if that is more.
// ToClient, what the handler writes waits, up to 64 MiB of it. On datagrams, each
// one waits for its turn.
type Bandwidth struct {
	BytesPerSecond int64
	Burst          int64 // If zero, 1460 bytes.
}

// Kind returns "bandwidth".
func (Bandwidth) Kind() string { return "bandwidth" }

// Validate refuses a rate that is not positive and a negative Burst.
func (f Bandwidth) Validate() error {
	if f.BytesPerSecond <= 0 {
		return fmt.Errorf("BytesPerSecond is %d, want more than 0", f.BytesPerSecond)
	}
	if f.Burst < 0 {
		return fmt.Errorf("Burst is %d, want 0 or more", f.Burst)
	}
	return nil
}

func (Bandwidth) sealed() {}

func (f Bandwidth) bucket() *Bucket {
	return &Bucket{rate: f.BytesPerSecond, burst: cmp.Or(f.Burst, cellBytes)}
}

func (f Bandwidth) datagram(draws) datagramDecider { return &paceDatagrams{f.bucket()} }

type paceDatagrams struct{ b *Bucket }

func (p *paceDatagrams) decide(v *Verdict, _ int64) bool {
	v.buckets = append(v.buckets, p.b)
	return true
}

// A Bucket says when bytes may pass. It has no clock: it is told the time, and
// used by one goroutine at a time.
type Bucket struct {
	rate, burst int64
	free        time.Time // when everything taken so far has passed
	rest        uint64    // and that many parts of a nanosecond later, of which rate make one
}

// take returns when n bytes may pass that are ready at now.
//
// The bucket is full when free lies burst bytes in the past; a byte passes as soon
// as it is in the bucket.
func (b *Bucket) take(now time.Time, n int) time.Time {
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

// piece returns how many bytes pass together at most: what is in a full bucket, or passes
// within a millisecond. More would be a silence, and then all of it at once.
func (b *Bucket) piece() int64 { return max(b.burst, b.rate/1000) }

// appendPieces appends the step, in pieces that its limits of speed let flow.
func (s Step) appendPieces(steps []Step) []Step {
	size := int64(len(s.Data))
	for _, b := range s.buckets {
		size = min(size, b.piece())
	}
	for int64(len(s.Data)) > size {
		first := s
		first.Data, s.Data = s.Data[:size], s.Data[size:]
		if s.Taken == int64(len(s.Data))+size { // each byte is still the sender's
			first.Taken = size
		}
		s.Offset, s.Taken = s.Offset+first.Taken, s.Taken-first.Taken
		steps = append(steps, first)
	}
	return append(steps, s)
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
