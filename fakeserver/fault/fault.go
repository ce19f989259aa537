package fault

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// A Fault is one thing that goes wrong on the wire. It is a plain value; the
// faults of this package are the only ones.
type Fault interface {
	// Kind returns the fault's name in keys, records, reports and JSON.
	Kind() string
	// Validate says what about the fault's fields makes no sense.
	Validate() error

	sealed()
}

// What a fault can do is told by which of these interfaces it implements. A
// fault that implements a stream interface is for streams, one that implements
// datagramFault is for datagrams, and some are for both.

// A pointFault acts once, as soon as the byte before its offset has passed.
type pointFault interface {
	Fault
	point() decide.Step // what to do there: Op, Delay, Gate
}

// isPoint reports whether f acts at an offset, and not on a stretch.
func isPoint(f Fault) bool {
	_, ok := f.(pointFault)
	return ok
}

// A stopFault is a pointFault that stops the stream, and does not end it.
type stopFault interface {
	pointFault
	stops()
}

// An acceptFault is a pointFault that can act when a connection is accepted.
type acceptFault interface {
	pointFault
	acceptable()
}

// An acceptOnlyFault is an acceptFault that lets calls of Accept fail, one after the other: as many as
// its rule's Limit says; if that is zero, one. It can act nowhere else.
type acceptOnlyFault interface {
	acceptFault
	onlyOnAccept()
}

// isAcceptOnly reports whether f can act on accept only.
func isAcceptOnly(f Fault) bool {
	_, ok := f.(acceptOnlyFault)
	return ok
}

// A delayFault makes bytes late.
type delayFault interface {
	Fault
	// delay returns how late the bytes of the given cell are.
	delay(d draws, cell int64) time.Duration
	// steady reports whether that is the same for all cells.
	steady() bool
}

// A finishFault makes the end of the stream late.
type finishFault interface {
	Fault
	finishDelay() time.Duration
}

// A cutFault makes the receiver's reads stop at boundaries.
type cutFault interface {
	Fault
	// piece returns the size of the ith piece from 0, and the pause after it. No
	// more boundaries come once size is 0.
	piece(d draws, i int64) (size int64, pause time.Duration)
}

// A paceFault limits how fast bytes pass.
type paceFault interface {
	Fault
	bucket() *decide.Bucket
}

// A dropFault lets nothing pass.
type dropFault interface {
	Fault
	drops()
}

// A datagramFault decides about datagrams.
type datagramFault interface {
	Fault
	// datagram returns a decider for one direction of one peer.
	datagram(d draws) datagramDecider
}

// A datagramDecider changes v, the verdict so far on datagram number v.Number, which is not
// lost, and reports whether it did. The nth datagram since the rule began comes with nth,
// from 1.
type datagramDecider interface {
	decide(v *verdict, nth int64) bool
}

// A drawingFault draws random numbers.
type drawingFault interface {
	draws() bool
}

// A missingFault draws, and its draws may let it miss all that it is reached by. A fault
// that draws without being one decides by that only how it acts, or hits for sure.
type missingFault interface {
	mayMiss() bool
}

// A cloningFault holds memory that the caller could change.
type cloningFault interface {
	clone() Fault
}

// A cell is the unit of draws in a stream: an offset's cell is the offset divided
// by this, the payload of a full Ethernet frame.
const cellBytes = 1460

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

// unit returns what offsets count on m.
func (m Medium) unit() string {
	if m == Datagrams {
		return "datagram"
	}
	return "byte"
}

// sender returns what is counted by number on m.
func (m Medium) sender() string {
	if m == Datagrams {
		return "peer"
	}
	return "conn"
}

// worksOn reports whether f is a fault for m.
func worksOn(f Fault, m Medium) bool {
	if m == Datagrams {
		_, ok := f.(datagramFault)
		return ok
	}
	switch f.(type) {
	case pointFault, delayFault, finishFault, cutFault, paceFault, dropFault, transformFault:
		return true
	}
	return false
}

// checkRate refuses a probability that is none.
func checkRate(name string, rate float64) error {
	if !(rate >= 0 && rate <= 1) { // so that NaN is refused too
		return fmt.Errorf("%s is %v, want 0 to 1", name, rate)
	}
	return nil
}
