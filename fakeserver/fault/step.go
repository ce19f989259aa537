package fault

import (
	"strconv"
	"time"
)

// Op is what a Step asks for.
type Op uint8

// The ops.
const (
	OpPass   Op = iota + 1 // hand Data on, Delay after it was taken
	OpCut                  // no read crosses this place; pause for Delay
	OpMark                 // a rule takes effect here: record it, no more
	OpStall                // stop for Delay; if zero, until the connection ends
	OpReset                // end the connection with an RST
	OpClose                // end the connection with a FIN
	OpFinish               // the sender's end of stream, Delay after it was seen
)

var opNames = [...]string{OpPass: "pass", OpCut: "cut", OpMark: "mark", OpStall: "stall", OpReset: "reset", OpClose: "close", OpFinish: "finish"}

// String returns the op's name in lower case.
func (o Op) String() string {
	if int(o) < len(opNames) && opNames[o] != "" {
		return opNames[o]
	}
	return "op " + strconv.Itoa(int(o))
}

// Ends reports whether nothing of the stream comes after the op.
func (o Op) Ends() bool { return o == OpReset || o == OpClose }

// A Step is one decision: what to do next with a stream. Steps are carried out
// in order. The time to do each is the carrier's: this package has no clock.
type Step struct {
	Op     Op
	Offset int64         // of Data's first byte, or of the place where a rule acts
	Data   []byte        // OpPass: part of what was fed
	Delay  time.Duration // see the ops
	Rule   string        // the key of the rule that acts; empty for OpPass and OpFinish

	index int // of the rule in its plan
}

// End returns the offset just past the step.
func (s Step) End() int64 { return s.Offset + int64(len(s.Data)) }
