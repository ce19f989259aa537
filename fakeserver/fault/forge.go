package fault

import (
	"bytes"
	"fmt"
	"slices"
)

// Forge delivers, beside each datagram, one more that only looks like it: a copy with Bytes
// written at At. ToClient, that is a stray answer, such as an attacker sends off the path between
// the two, or a server that answers another query. RFC 5452 tells what a client of DNS has to do:
// refuse an answer that has not the identifier of its query, and wait for one that has.
// FromClient, the handler gets one datagram more.
//
// It has the number, the addresses and the length of the datagram, which itself stays as it is. A
// datagram that ends before At, or has these bytes there already, has none beside it, and the rule
// has not acted on it; nor has it where a datagram is delivered 1,001 times already: see Duplicate.
type Forge struct {
	At    int64  // from the datagram's first byte
	Bytes []byte // not empty; what does not fit into the datagram is left out
	First bool   // it comes before the real one, and all copies of that, and not after them
}

// Kind returns "forge".
func (Forge) Kind() string { return "forge" }

// Validate refuses a negative At, and empty Bytes.
func (f Forge) Validate() error { return checkPatch(f.At, f.Bytes) }

func (Forge) sealed() {}

func (f Forge) clone() Fault {
	f.Bytes = bytes.Clone(f.Bytes)
	return f
}

func (f Forge) datagram(draws) datagramDecider { return forger{f} }

func (f Forge) describeHit(v *verdict) string {
	which := "last"
	if f.First {
		which = "first"
	}
	return fmt.Sprintf("delivered %d times, the %s forged", len(v.Copies), which)
}

type forger struct{ Forge }

func (f forger) decide(v *verdict, _ int64) bool {
	forged := v.added(*v.itself())
	if v.isFull() || !patches(forged.Data, f.At, f.Bytes) {
		return false
	}
	forged.Data = written(forged.Data, f.At, f.Bytes)
	at := len(v.Copies)
	if f.First {
		at = 0
	}
	v.Copies = slices.Insert(v.Copies, at, forged)
	return true
}
