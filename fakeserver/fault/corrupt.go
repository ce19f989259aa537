package fault

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Corrupt flips bits. Set exactly one of its fields.
//
// FromClient, the handler gets the flipped bits and the record keeps what the
// client sent; ToClient, the flipped ones leave and are recorded. The record names the bits: in a
// stream each at its byte, of a datagram the first four.
type Corrupt struct {
	// Rate is the probability that a datagram has one random bit flipped;
	// or in a stream, that one random bit of each cell of 1,460 bytes is. A stream of 100 bytes therefore has its bit flipped once in fifteen times
	// at a Rate of 1, and a rule of that Rate that flips none fails Verify: use Bits to
	// flip a bit for sure.
	Rate float64
	// Bits are the positions of the bits to flip: bit 0 is the lowest of the first byte
	// where the rule begins to act; in datagrams, of each one's first byte.
	Bits []int64
}

// Kind returns "corrupt".
func (Corrupt) Kind() string { return "corrupt" }

// Validate refuses a Rate outside 0 to 1, negative positions and the same twice, and
// more or fewer than one field set.
func (f Corrupt) Validate() error {
	if err := checkRate("Rate", f.Rate); err != nil {
		return err
	}
	if (f.Rate > 0) == (len(f.Bits) > 0) {
		return fmt.Errorf("Rate is %v and Bits is %v, want one of them set", f.Rate, f.Bits)
	}
	for i, bit := range f.Bits {
		if bit < 0 || slices.Contains(f.Bits[:i], bit) {
			return fmt.Errorf("Bits[%d] is %d, want positions of 0 or more, each once", i, bit)
		}
	}
	return nil
}

func (Corrupt) sealed()       {}
func (f Corrupt) draws() bool { return f.Rate > 0 }

func (f Corrupt) mayMiss() bool { return f.Rate > 0 && f.Rate < 1 }

func (f Corrupt) clone() Fault {
	f.Bits = slices.Clone(f.Bits)
	return f
}

func (f Corrupt) transform(d draws, offset int64) transformer {
	bits := slices.Clone(f.Bits)
	slices.Sort(bits)
	return &flipper{Corrupt: f, bits: bits, d: d, from: offset}
}

// flipper flips bits of a stream.
type flipper struct {
	Corrupt
	bits []int64 // sorted
	d    draws
	from int64   // the offset of bit 0
	hits []int64 // the bits that the latest apply has flipped
}

func (f *flipper) apply(p []byte, offset int64, left int) (out []byte, hits []int64) {
	out, f.hits = p, f.hits[:0]
	flip := func(bit int64) {
		at := f.at(bit)
		if at < offset || at >= offset+int64(len(p)) || left == 0 {
			return
		}
		if len(hits) == 0 {
			out = bytes.Clone(p)
		}
		out[at-offset] ^= 1 << (bit & 7)
		hits, f.hits = append(hits, at), append(f.hits, bit)
		left--
	}
	for _, bit := range f.bits {
		flip(bit)
	}
	if f.Rate > 0 {
		for cell := offset / cellBytes; cell*cellBytes < offset+int64(len(p)); cell++ {
			if f.d.hit(cell, f.Rate) {
				flip(cell*cellBytes*8 + int64(f.d.apart(forPosition).below(cell, cellBytes*8)))
			}
		}
	}
	return out, hits
}

// at returns the offset of the byte that has the bit.
func (f *flipper) at(bit int64) int64 {
	if f.Rate > 0 {
		return bit / 8
	}
	return f.from + bit/8
}

func (f *flipper) describeHit(i int) string { return fmt.Sprintf("bit %d flipped", f.hits[i]&7) }

func (f *flipper) kept() int64   { return 0 }
func (f *flipper) flush() []byte { return nil }

func (f Corrupt) datagram(d draws) datagramDecider { return datagramFlipper{f, d} }

// namedBits is how many flipped bits of a datagram are named.
const namedBits = 4

func (Corrupt) describeHit(v *verdict) string {
	if n := len(v.flipped); n == 1 {
		return fmt.Sprintf("bit %d flipped at offset %d", v.flipped[0]&7, v.flipped[0]/8)
	}
	var named []string
	for _, bit := range v.flipped[:min(len(v.flipped), namedBits)] {
		named = append(named, fmt.Sprintf("%d at offset %d", bit&7, bit/8))
	}
	text := "bits flipped: " + strings.Join(named, ", ")
	if more := len(v.flipped) - namedBits; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

type datagramFlipper struct {
	Corrupt
	d draws
}

func (f datagramFlipper) decide(v *verdict, _ int64) bool {
	size := int64(len(v.itself().Data)) * 8 // all copies have the same
	bits := f.Bits
	if f.Rate > 0 && size > 0 && f.d.hit(v.Number, f.Rate) {
		bits = []int64{int64(f.d.apart(forPosition).below(v.Number, uint64(size)))}
	}
	bits = slices.DeleteFunc(slices.Clone(bits), func(bit int64) bool { return bit >= size })
	if len(bits) == 0 {
		return false
	}
	slices.Sort(bits)
	v.flipped = bits
	v.change(func(p []byte) []byte {
		p = bytes.Clone(p)
		for _, bit := range bits {
			p[bit/8] ^= 1 << (bit & 7)
		}
		return p
	})
	return true
}
