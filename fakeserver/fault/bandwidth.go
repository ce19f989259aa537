package fault

import (
	"fmt"
	"time"
)

// Bandwidth limits how fast bytes pass, with a token bucket: Burst bytes pass at
// once, and from then on BytesPerSecond. Of all faults it acts last.
//
// FromClient, the server reads at most 256 KiB ahead of what the handler may have.
// ToClient, what the handler writes waits, up to 64 MiB of it. On datagrams, each
// one waits for its turn.
type Bandwidth struct {
	BytesPerSecond int64
	Burst          int64 // If zero, 1460 bytes, or one datagram.
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
	return &Bucket{rate: f.BytesPerSecond, burst: max(f.Burst, cellBytes)}
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
}

// take returns when n bytes may pass that are ready at now.
//
// The bucket is full when free lies burst bytes in the past; a byte passes as soon
// as it is in the bucket.
func (b *Bucket) take(now time.Time, n int) time.Time {
	if full := now.Add(-b.span(b.burst)); b.free.Before(full) {
		b.free = full
	}
	b.free = b.free.Add(b.span(int64(n)))
	if b.free.After(now) {
		return b.free
	}
	return now
}

// span returns how long n bytes take.
func (b *Bucket) span(n int64) time.Duration {
	whole, rest := n/b.rate, n%b.rate
	return time.Duration(whole)*time.Second + time.Duration(float64(rest)/float64(b.rate)*float64(time.Second))
}
