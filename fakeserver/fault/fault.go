package fault

import (
	"fmt"
	"time"
)

// A Fault is one thing that goes wrong on the wire. It is a plain value; the
// faults of this package are the only ones.
type Fault interface {
	// Kind returns the fault's name in keys, records and reports.
	Kind() string
	// Validate says what about the fault's fields makes no sense.
	Validate() error

	sealed()
}

// What a fault can do is told by the private interfaces that it implements. A
// fault that implements a stream interface is for streams, one that implements
// datagramFault is for datagrams, and some are for both.

// A pointFault acts once, as soon as the byte before its offset has passed.
type pointFault interface {
	Fault
	point() Step // what to do there: Op and Delay
}

// A delayFault makes bytes late.
type delayFault interface {
	Fault
	delay() time.Duration
}

// A cutFault makes the receiver's reads stop at boundaries.
type cutFault interface {
	Fault
	// piece returns the size of the ith piece from 0, and the pause behind it. No
	// more boundaries come once size is 0.
	piece(d draws, i int64) (size int64, pause time.Duration)
}

// A datagramFault decides how often datagram number n (from 1) is delivered.
type datagramFault interface {
	Fault
	// copies gets how many copies there are so far, at least one, and nth, which
	// counts from 1 where the rule begins to act.
	copies(d draws, n, nth int64, so int) int
}

// A drawingFault draws random numbers.
type drawingFault interface {
	draws() bool
}

// A cloningFault holds memory that the caller could change.
type cloningFault interface {
	clone() Fault
}

// Medium is what a plan acts on.
type Medium uint8

// The media.
const (
	Streams   Medium = iota + 1 // connections: TCP
	Datagrams                   // packets: UDP
)

// String returns "a stream" or "datagrams".
func (m Medium) String() string {
	if m == Datagrams {
		return "datagrams"
	}
	return "a stream"
}

// worksOn reports whether f is a fault for m.
func worksOn(f Fault, m Medium) bool {
	if m == Datagrams {
		_, ok := f.(datagramFault)
		return ok
	}
	switch f.(type) {
	case pointFault, delayFault, cutFault:
		return true
	}
	return false
}

// checkRate refuses a probability that is none.
func checkRate(rate float64) error {
	if !(rate >= 0 && rate <= 1) { // so that NaN is refused too
		return fmt.Errorf("Rate is %v, want 0 to 1", rate)
	}
	return nil
}
