package explore

import (
	"fmt"
	"strings"
)

// spins looks for processor time that was used up while nothing passed.
func (j judge) spins(o Outcome) []Breach {
	s := o.use.Spin
	if s.Took == 0 {
		return nil
	}
	text := fmt.Sprintf("%s took %v of processor time while nothing passed, and was at work in\n%s", s.In, s.Took.Round(1e6), s.At)
	return []Breach{{Spins, s.In, text}}
}

// swells looks for memory that was taken at once, and much of it. Where other tests may run in the process, it has to have been in a call
// of the body's.
func (j judge) swells(o Outcome) []Breach {
	c := o.use.Chunk
	if !o.alone || c.Bytes == 0 || !j.cfg.Isolate && !strings.Contains(c.Stack, "explore.(*trial).") {
		return nil
	}
	where, _, _ := strings.Cut(strings.TrimSpace(c.Stack), "\n")
	return []Breach{{Swells, where, fmt.Sprintf("it took %s of memory at once, in\n%s", size(c.Bytes), c.Stack)}}
}

// size returns a number of bytes, of which there are many, as people say it.
func size(bytes uint64) string {
	if bytes >= 1<<30 {
		return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}

// harm says why a plan can't be tried again in the same process; "": it can.
func (o Outcome) harm() string {
	switch {
	case o.end == spun, o.end == hung && o.use.Spin.Took > 0:
		return "what spins takes a processor until the process ends"
	case o.use.Chunk.Bytes >= tooMuch:
		return "what takes so much memory takes that of the machine the next time"
	}
	return ""
}
