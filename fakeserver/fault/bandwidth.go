package fault

import (
	"cmp"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
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

func (f Bandwidth) bucket() *decide.Bucket {
	return decide.NewBucket(f.BytesPerSecond, cmp.Or(f.Burst, cellBytes))
}

func (f Bandwidth) datagram(draws) datagramDecider { return &paceDatagrams{f.bucket()} }

type paceDatagrams struct{ b *decide.Bucket }

func (p *paceDatagrams) decide(v *verdict, _ int64) bool {
	v.Buckets = append(v.Buckets, p.b)
	return true
}
