package fault

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

const ms = time.Millisecond

func TestLatencyDelaysEveryByteFromItsOffsetOn(t *testing.T) {
	wantSteps(t, "abcdef", "mark@0 (+20ms)abcdef", ToClient(Latency{Delay: 20 * ms}))
	wantSteps(t, "abcdef", "ab mark@2 (+20ms)cdef", ToClient(Latency{Delay: 20 * ms}).AfterBytes(2))
	wantSteps(t, "abcdef", "mark@0 (+1ms)abc mark@3 (+6ms)def",
		ToClient(Latency{Delay: 5 * ms}).AfterBytes(3), ToClient(Latency{Delay: ms}))
	wantSteps(t, "ab", "ab", ToClient(Latency{Delay: ms}).AfterBytes(2))
	wantSteps(t, "abcd", "a mark@1 (+1ms)bc d", ToClient(Latency{Delay: ms}).AfterBytes(1).ForBytes(2))
}

func TestLatencyDelaysTheEndToo(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Latency{Delay: time.Second})).Stream(1, 2)
	if all := s.Finish(0); len(all) != 2 || all[0].Op != decide.OpMark || all[1].Op != decide.OpFinish || all[1].Delay != time.Second {
		t.Errorf("Finish = %+v, want a mark and a finish a second late", all)
	}
}

func TestJitterVariesFromCellToCell(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Latency{Delay: time.Second, Jitter: ms}).AfterBytes(100)).Stream(1, toClient)
	seen := map[time.Duration]bool{}
	at := int64(0)
	for _, step := range s.Feed(make([]byte, 5*cellBytes), 0) {
		if step.Op != decide.OpPass {
			continue
		}
		if step.Offset != at || step.Offset > 100 && step.Offset%cellBytes != 0 {
			t.Errorf("a pass at %d, want one at %d, at the edge of a cell", step.Offset, at)
		}
		at += step.Taken
		seen[step.Delay] = true
		if late := step.Delay - time.Second; step.Offset >= 100 && late.Abs() > ms {
			t.Errorf("at %d the delay is %v, want 1s ± 1ms", step.Offset, step.Delay)
		}
	}
	if len(seen) != 6 { // 0 before the rule, and one for each of 5 cells
		t.Errorf("%d delays, want 6: %v", len(seen), seen)
	}
}

func TestLatencyOfDatagrams(t *testing.T) {
	p := compile(t, Datagrams, 1, ToClient(Latency{Delay: 5 * ms}).AfterDatagrams(1), ToClient(Latency{Delay: ms}).ForDatagrams(2)).Peer(1, toClient)
	for i, want := range []time.Duration{ms, 6 * ms, 5 * ms} {
		v := p.Next(nil, 0)
		if c := v.Copies[0]; c.Delay != want || v.Due(c, epoch) != epoch.Add(want) {
			t.Errorf("datagram %d is %v late, want %v", i+1, c.Delay, want)
		}
	}
}

func TestLatencySaysWhatItDoes(t *testing.T) {
	for _, tt := range []struct {
		f    Latency
		want string
	}{
		{Latency{Delay: ms}, "delays by 1ms"},
		{Latency{Delay: ms, Jitter: ms}, "delays by 1ms, jitter 1ms, uniform"},
		{Latency{Delay: ms, Jitter: ms, Distribution: Pareto}, "delays by 1ms, jitter 1ms, pareto"},
	} {
		if tr := drive(compile(t, Streams, 1, ToClient(tt.f)).Stream(1, toClient), "a", feeding{}); !strings.Contains(tr.marks[0], `"`+tt.want+`"`) {
			t.Errorf("%+v: %q, want %q", tt.f, tr.marks, tt.want)
		}
	}
}

func TestLatencyRefusesNonsense(t *testing.T) {
	for _, m := range []Medium{Streams, Datagrams} {
		wantInvalid(t, m, ToClient(Latency{}), "Delay is 0s and Jitter is 0s")
		wantInvalid(t, m, ToClient(Latency{Delay: -1}), "Delay is -1ns")
		wantInvalid(t, m, ToClient(Latency{Delay: 1, Jitter: -1}), "Jitter is -1ns")
		wantInvalid(t, m, ToClient(Latency{Delay: 1, Jitter: 2}), "Jitter is 2ns, want at most Delay")
		wantInvalid(t, m, ToClient(Latency{Jitter: 2}), "Delay is 0, which a jitter by uniform is about")
		wantInvalid(t, m, ToClient(Latency{Jitter: 2, Distribution: LogNormal}), "Delay is 0, which a jitter by lognormal is about")
		wantInvalid(t, m, ToClient(Latency{Delay: 1, Distribution: "gauss"}), `Distribution is "gauss"`)
		wantInvalid(t, m, ToClient(Latency{Delay: 1, Distribution: Normal}), "Distribution is normal, and there is no Jitter")
	}
	compile(t, Streams, 1, ToClient(Latency{Jitter: ms, Distribution: Pareto})) // from 0 on is fine
}

func TestLatencyThatNoDurationHoldsIsTheLongest(t *testing.T) {
	eternal := ToClient(Latency{Delay: math.MaxInt64})
	steps := compile(t, Streams, 1, eternal, eternal).Stream(1, toClient).Feed([]byte("x"), 0)
	if last := steps[len(steps)-1]; last.Op != decide.OpPass || last.Delay != math.MaxInt64 {
		t.Errorf("Feed = %v, want the longest delay", last)
	}
}
