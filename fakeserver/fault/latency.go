package fault

import (
	"fmt"
	"time"
)

// Latency makes every byte late, and the end of the stream too. It is pipelined:
// bytes are given due times and the writer is not held up, so that latency does
// not divide throughput. Bytes never overtake each other; datagrams may, where
// Jitter makes one later than the next.
//
// FromClient, the handler gets each byte that much later: what is on its way does
// not hold the client up, and of what has come due the server holds at most 256 KiB.
// ToClient, each byte leaves that much later. In both directions at most 64 MiB
// wait. A connection that the handler closes still delivers them at their times.
type Latency struct {
	Delay time.Duration // the basis; with Jitter zero, that of everything
	// Jitter is how much the delay varies, from one cell of 1460 bytes to the next, or
	// from datagram to datagram, where each copy that Duplicate or Forge adds has a delay of its
	// own, whichever rule the plan has first. If zero, it does not.
	Jitter time.Duration
	// Distribution says how. If zero, Uniform.
	Distribution Distribution
}

// Kind returns "latency".
func (Latency) Kind() string { return "latency" }

// Validate refuses negative times, a latency of nothing, a Jitter that could make
// a uniform delay negative, and a Distribution that is unknown or has no Jitter.
func (f Latency) Validate() error {
	if f.Delay < 0 || f.Jitter < 0 || f.Delay == 0 && f.Jitter == 0 {
		return fmt.Errorf("Delay is %v and Jitter is %v, want more than 0", f.Delay, f.Jitter)
	}
	if !f.Distribution.known() {
		return fmt.Errorf("Distribution is %q, want uniform, normal, pareto or lognormal", f.Distribution)
	}
	if f.Distribution != "" && f.Jitter == 0 {
		return fmt.Errorf("Distribution is %s, and there is no Jitter to distribute", f.Distribution)
	}
	if f.Distribution != Pareto && f.Delay == 0 {
		return fmt.Errorf("Delay is 0, which a jitter by %s is about", f.Distribution.orUniform())
	}
	if f.Distribution.orUniform() == Uniform && f.Jitter > f.Delay {
		return fmt.Errorf("Jitter is %v, want at most Delay, which is %v", f.Jitter, f.Delay)
	}
	return nil
}

func (Latency) sealed()        {}
func (f Latency) draws() bool  { return f.Jitter > 0 }
func (f Latency) steady() bool { return f.Jitter == 0 }

func (f Latency) delay(d draws, unit int64) time.Duration {
	if f.Jitter == 0 {
		return f.Delay
	}
	return f.Distribution.sample(d.uniform(unit), f.Delay, f.Jitter)
}

func (f Latency) describe() string {
	if f.Jitter == 0 {
		return f.Delay.String()
	}
	return fmt.Sprintf("%v, jitter %v, %s", f.Delay, f.Jitter, f.Distribution.orUniform())
}

func (f Latency) datagram(d draws) datagramDecider { return later{f, d} }

func (Latency) describeHit(v *verdict) string { return "delayed by " + v.itself().Delay.String() }

type later struct {
	Latency
	d draws
}

func (l later) decide(v *verdict, _ int64) bool {
	v.delay(l)
	return true
}

// delayOf returns how late a copy of a datagram is.
func (l later) delayOf(number int64, copy int) time.Duration {
	return l.delay(l.d.ofCopy(copy), number)
}
