package fault

import (
	"testing"
	"time"
)

func TestLatencyDelaysEveryByteFromItsOffsetOn(t *testing.T) {
	ms := time.Millisecond
	wantSteps(t, "abcdef", "mark@0 (+20ms)abcdef", ToClient(Latency{Delay: 20 * ms}))
	wantSteps(t, "abcdef", "ab mark@2 (+20ms)cdef", ToClient(Latency{Delay: 20 * ms}).AfterBytes(2))
	wantSteps(t, "abcdef", "mark@0 (+1ms)abc mark@3 (+6ms)def",
		ToClient(Latency{Delay: 5 * ms}).AfterBytes(3), ToClient(Latency{Delay: ms}))
	wantSteps(t, "ab", "ab", ToClient(Latency{Delay: ms}).AfterBytes(2))
}

func TestLatencyDelaysTheEndToo(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Latency{Delay: time.Second})).Stream(1, 2)
	if end := s.Finish(0); len(end) != 1 || end[0].Op != OpFinish || end[0].Delay != time.Second {
		t.Errorf("Finish = %+v, want one finish a second late", end)
	}
}

func TestLatencyRefusesNonsense(t *testing.T) {
	wantInvalid(t, Streams, ToClient(Latency{}), "Delay is 0s and Jitter is 0s")
	wantInvalid(t, Streams, ToClient(Latency{Delay: -1}), "Delay is -1ns")
}
