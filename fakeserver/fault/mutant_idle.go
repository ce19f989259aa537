//go:build mutants

package fault

import (
	"math"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// An idlePoint says that it acted, at its offset.
type idlePoint struct{ pointFault }

func (f idlePoint) point() decide.Step {
	s := f.pointFault.point()
	s.Op = decide.OpMark
	return s
}

// An idleDelay says that it delays.
type idleDelay struct{ delayFault }

func (idleDelay) delay(draws, int64) time.Duration { return 0 }

func (f idleDelay) describe() string { return describeDelay(f.delayFault, 0) }

// An idleFinish says that it delayed the end. It is asked first for the delay, and
// then for what to say.
type idleFinish struct {
	finishFault
	asked bool
}

func (f *idleFinish) finishDelay() time.Duration {
	if !f.asked {
		f.asked = true
		return 0
	}
	return f.finishFault.finishDelay()
}

// An idlePace says that it limits the speed, to more than there is.
type idlePace struct{ paceFault }

func (idlePace) bucket() *decide.Bucket { return decide.NewBucket(math.MaxInt64, cellBytes) }

// An idleTransform says that it changed bytes.
type idleTransform struct{ transformFault }

func (f idleTransform) transform(d draws, offset int64) transformer {
	return idleTransformer{f.transformFault.transform(d, offset)}
}

type idleTransformer struct{ transformer }

func (t idleTransformer) apply(p []byte, offset int64, left int) ([]byte, []int64) {
	_, hits := t.transformer.apply(p, offset, left)
	return p, hits
}

func (idleTransformer) kept() int64   { return 0 }
func (idleTransformer) flush() []byte { return nil }

// An idleCut says that there are boundaries. It says so as a transform: a
// cutFault that says it makes them.
type idleCut struct{ Fault }

func (idleCut) Kind() string { return "boundary" } // what transforms say

func (f idleCut) transform(d draws, offset int64) transformer {
	c := &idleCutter{cut: f.Fault.(cutFault), d: d, next: offset}
	if offset == 0 {
		c.advance()
	}
	return c
}

type idleCutter struct {
	cut  cutFault
	d    draws
	i    int64 // the next piece
	next int64 // the next boundary
}

func (c *idleCutter) apply(p []byte, offset int64, left int) (out []byte, hits []int64) {
	for end := offset + int64(len(p)); c.next < end && len(hits) < left; c.advance() {
		hits = append(hits, c.next)
	}
	return p, hits
}

func (c *idleCutter) advance() {
	size, _ := c.cut.piece(c.d, c.i)
	if c.i++; size == 0 {
		c.next = math.MaxInt64
		return
	}
	c.next += size
}

func (*idleCutter) kept() int64   { return 0 }
func (*idleCutter) flush() []byte { return nil }

// An idleDrop says that it drops what follows, and counts it. As idleCut, it is a
// transform.
type idleDrop struct {
	Fault
	count func(n int)
}

func (idleDrop) Kind() string { return "drops what follows" }

func (f idleDrop) transform(draws, int64) transformer { return &idleDropper{count: f.count} }

type idleDropper struct {
	count func(n int)
	said  bool
}

func (d *idleDropper) apply(p []byte, offset int64, _ int) (out []byte, hits []int64) {
	d.count(len(p))
	if !d.said {
		d.said, hits = true, []int64{offset}
	}
	return p, hits
}

func (*idleDropper) kept() int64   { return 0 }
func (*idleDropper) flush() []byte { return nil }

// An idleDatagram says what it would have done to a datagram.
type idleDatagram struct {
	datagramFault
	decider datagramDecider
	claim   verdict // what would have become of the latest datagram
}

func (f *idleDatagram) datagram(d draws) datagramDecider {
	f.decider = f.datagramFault.datagram(d)
	return f
}

func (f *idleDatagram) decide(v *verdict, nth int64) bool {
	f.claim = *v
	f.claim.Copies = slices.Clone(v.Copies)
	return f.decider.decide(&f.claim, nth)
}

func (f *idleDatagram) describeHit(*verdict) string {
	return describeHit(f.datagramFault, &f.claim)
}
