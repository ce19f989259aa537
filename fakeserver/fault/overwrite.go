package fault

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// Overwrite writes other bytes over those that stand at an offset, such as a length that lies
// or an identifier that is another's. Everything keeps its length and its place.
//
// In a stream it does so once each time that the rule begins, and counts from there, so that
// AfterMatch("len=") finds the place. If the stream ends within, what came is overwritten. In
// datagrams it does so in each, and one that ends within is overwritten up to its end. What ends
// before At, or has these bytes there already, is left alone, and the rule has not acted on it.
//
// FromClient, the handler gets these bytes and the record keeps what the client sent;
// ToClient, these leave and are recorded.
type Overwrite struct {
	At    int64  // in a stream, from where the rule begins; in a datagram, from its first byte
	Bytes []byte // not empty
}

// Kind returns "overwrite".
func (Overwrite) Kind() string { return "overwrite" }

// Validate refuses a negative At, and empty Bytes.
func (f Overwrite) Validate() error { return checkPatch(f.At, f.Bytes) }

func (Overwrite) sealed() {}

func (f Overwrite) clone() Fault {
	f.Bytes = bytes.Clone(f.Bytes)
	return f
}

func (f Overwrite) transform(_ draws, offset int64) transformer {
	return &overwriter{bytes: f.Bytes, from: offset + f.At} // where that is too much, no stream gets there
}

// overwriter overwrites bytes of a stream. It acts once, however often it may.
type overwriter struct {
	bytes []byte
	from  int64 // the offset of the first
	next  int64 // up to which offset it has seen the stream
	acted bool
}

func (o *overwriter) apply(p []byte, offset int64, _ int) (out []byte, hits []int64) {
	o.next = offset + int64(len(p))
	from, to := max(o.from, offset), min(o.end(), o.next)
	if from >= to {
		return p, nil
	}
	here := p[from-offset : to-offset]
	want := o.bytes[from-o.from : to-o.from]
	differs := firstDifference(here, want)
	if differs < 0 {
		return p, nil
	}
	if !o.acted {
		o.acted, hits = true, []int64{from + int64(differs)}
	}
	return written(p, from-offset, want), hits
}

// isAmid reports whether it has written some of its bytes and not yet all: that is to act once.
func (o *overwriter) isAmid() bool { return o.acted && o.next < o.end() }

func (o *overwriter) end() int64    { return o.from + int64(len(o.bytes)) }
func (o *overwriter) kept() int64   { return 0 }
func (o *overwriter) flush() []byte { return nil }

func (f Overwrite) datagram(draws) datagramDecider { return patcher{f} }

func (f Overwrite) describeHit(v *verdict) string {
	n := min(int64(len(f.Bytes)), int64(len(v.itself().Data))-f.At)
	return fmt.Sprintf("%s overwritten at offset %d", human.Count(n, "byte"), f.At)
}

type patcher struct{ Overwrite }

func (o patcher) decide(v *verdict, _ int64) (changed bool) {
	v.change(func(p []byte) []byte {
		if !patches(p, o.At, o.Bytes) {
			return p
		}
		changed = true
		return written(p, o.At, o.Bytes)
	})
	return changed
}

// checkPatch refuses bytes that can't be written at an offset.
func checkPatch(at int64, b []byte) error {
	if at < 0 {
		return fmt.Errorf("At is %d, want 0 or more", at)
	}
	if len(b) == 0 {
		return errors.New("Bytes is empty")
	}
	return nil
}

// patches reports whether b, written at an offset of p, changes it.
func patches(p []byte, at int64, b []byte) bool {
	return at < int64(len(p)) && firstDifference(p[at:], b) >= 0
}

// written returns a copy of p that has b at an offset, as far as p reaches.
func written(p []byte, at int64, b []byte) []byte {
	p = bytes.Clone(p)
	copy(p[at:], b)
	return p
}

// firstDifference returns where a and b, as far as both reach, first differ, or -1.
func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}
