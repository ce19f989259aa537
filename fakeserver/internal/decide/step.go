package decide

import (
	"math"
	"math/bits"
	"strconv"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Op is what a Step asks for.
type Op uint8

// The ops.
const (
	OpPass        Op = iota + 1 // hand Data on, when it is due
	OpDrop                      // Data goes nowhere: count it, no more
	OpCut                       // no read crosses this offset; pause for Delay
	OpMark                      // a rule takes effect here: record it, no more
	OpStall                     // stop for Delay; if zero, until the connection ends
	OpHold                      // stop until Gate is released
	OpDown                      // refuse what is new for Delay
	OpIgnoreDials               // give it no answer for Delay
	OpFailAccept                // let the next Calls of Accept fail with Errno, before the connection is handed out
	OpHalfClose                 // end this direction with a FIN
	OpReset                     // end the connection with an RST
	OpClose                     // end the connection with a FIN
	OpExit                      // end the connection with a FIN, and read no more
	OpRestart                   // refuse what is new for Delay, and end all connections as How says
	OpTell                      // a match for a rule of the other direction has ended here: see Stream.Told
	OpFinish                    // the sender's end of stream, Delay after it was seen
)

var opNames = [...]string{
	OpPass: "pass", OpDrop: "drop", OpCut: "cut", OpMark: "mark", OpStall: "stall", OpHold: "hold", OpDown: "down", OpIgnoreDials: "ignore-dials",
	OpFailAccept: "fail-accept", OpHalfClose: "half-close", OpReset: "reset", OpClose: "close", OpExit: "exit", OpRestart: "restart", OpTell: "tell", OpFinish: "finish",
}

// String returns the op's name in lower case.
func (o Op) String() string {
	if int(o) < len(opNames) && opNames[o] != "" {
		return opNames[o]
	}
	return "op " + strconv.Itoa(int(o))
}

// Ends reports whether nothing of the stream comes after the op.
func (o Op) Ends() bool {
	return o == OpReset || o == OpClose || o == OpExit || o == OpRestart || o == OpHalfClose
}

// A Step is one decision: what to do next with a stream. Steps are carried out in order, and
// the carrier keeps the time.
type Step struct {
	Op     Op
	How    transcript.Ending // OpRestart: ByRST, else with a FIN
	Offset int64             // the sender's, of the first byte the step is about, or at which a rule acts
	Taken  int64             // OpPass, OpDrop: how many of the sender's bytes the step is about
	From   int64             // OpPass: the sender's offset of Data's first byte, which is before Offset if transforms kept bytes back
	Data   []byte            // OpPass: the bytes to hand on; the sender's, or what transforms made of them
	Delay  time.Duration     // see the ops
	Gate   string            // OpHold
	Errno  syscall.Errno     // OpFailAccept
	Calls  int               // OpFailAccept
	Rule   string            // the key of the rule that acts; empty if none does
	Text   string            // what the record says of it

	// Buckets limit the speed of an OpPass. They are the engine's: see Due and Pace.
	Buckets []*Bucket
	// Account tells the engine whose step it is, when it comes back with Done. No one else
	// looks at it.
	Account any
}

// Due returns when the step that was taken at now is due: Delay later, or when the limits of
// speed let its bytes pass. Ask once for each step.
func (s Step) Due(now time.Time) time.Time { return due(now.Add(s.Delay), s.Buckets, len(s.Data)) }

// Pace returns how many bytes pass within d at the slowest of the step's limits of speed, or 0
// if it has none.
func (s Step) Pace(d time.Duration) int64 {
	var slowest int64
	for _, b := range s.Buckets {
		if slowest == 0 || b.rate < slowest {
			slowest = b.rate
		}
	}
	hi, lo := bits.Mul64(uint64(slowest), uint64(d))
	if hi >= uint64(time.Second) {
		return math.MaxInt64
	}
	n, _ := bits.Div64(hi, lo, uint64(time.Second))
	return int64(min(n, math.MaxInt64))
}
