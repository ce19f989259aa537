package fault

import "time"

// delayHere returns how late what comes next is.
func (s *stream) delayHere() time.Duration {
	var sum time.Duration
	for _, w := range s.awake.works {
		if w.phase == acting && w.delays != nil {
			w.cell = s.offset / cellBytes
			sum = add(sum, w.delayIn())
		}
	}
	return sum
}

// markDelays records that rules begin to delay here.
func (s *stream) markDelays() {
	for _, w := range s.awake.works {
		w.cell = s.offset / cellBytes
		if w.phase == acting && w.delays != nil && !w.marked {
			s.mark(w, s.offset, 0, "delays by "+describeDelay(w.rule.Fault, w.delayIn()))
		}
	}
}
