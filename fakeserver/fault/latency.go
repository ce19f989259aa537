package fault

import (
	"fmt"
	"time"
)

// Latency makes every byte late by Delay, and the end of the stream too. It is
// pipelined: bytes are given due times and the writer is not held up, so that
// latency does not divide throughput.
//
// FromClient, the handler gets each byte that much later; the server reads at
// most 256 KiB ahead. ToClient, each byte leaves that much later, and at most 64 MiB
// wait. A connection that the handler closes still delivers them at their times.
type Latency struct {
	Delay time.Duration // must be positive
}

// Kind returns "latency".
func (Latency) Kind() string { return "latency" }

// Validate refuses a Delay that is not positive.
func (f Latency) Validate() error {
	if f.Delay <= 0 {
		return fmt.Errorf("Delay is %v, want more than 0", f.Delay)
	}
	return nil
}

func (Latency) sealed()                {}
func (f Latency) delay() time.Duration { return f.Delay }
