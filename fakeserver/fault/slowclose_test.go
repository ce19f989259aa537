package fault

import (
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

func TestSlowCloseDelaysTheEndAndOnlyThat(t *testing.T) {
	for _, tt := range []struct {
		want  time.Duration
		rules []Rule
	}{
		{time.Second, []Rule{ToClient(SlowClose{Delay: time.Second})}},
		{3 * time.Second, []Rule{ToClient(SlowClose{Delay: time.Second}), ToClient(SlowClose{Delay: 2 * time.Second})}},
		{time.Second, []Rule{ToClient(SlowClose{Delay: time.Second}).AfterBytes(4)}},
		{0, []Rule{ToClient(SlowClose{Delay: time.Second}).AfterBytes(5)}},
		{0, []Rule{ToClient(SlowClose{Delay: time.Second}).ForBytes(4)}},
		{0, []Rule{ToClient(SlowClose{Delay: time.Second}).WithProbability(0)}},
	} {
		s := compile(t, Streams, 1, tt.rules...).Stream(1, toClient)
		for _, step := range s.Feed([]byte("abcd"), 0) {
			if step.Delay != 0 {
				t.Errorf("%+v: %+v, want no delay", tt.rules, step)
			}
		}
		all := s.Finish(0)
		if end := all[len(all)-1]; end.Op != decide.OpFinish || end.Delay != tt.want {
			t.Errorf("%+v: ends with %v after %v, want %v", tt.rules, end.Op, end.Delay, tt.want)
		}
	}
}

func TestSlowCloseFiresOnlyWhenTheEndComes(t *testing.T) {
	for _, ends := range []bool{true, false} {
		g := compile(t, Streams, 1, ToClient(SlowClose{Delay: time.Second}))
		s := g.Stream(1, toClient)
		for _, step := range s.Feed([]byte("ab"), 0) {
			s.Done(step)
		}
		want := Armed
		if ends {
			want = Fired
			for _, step := range s.Finish(0) {
				s.Done(step)
			}
		}
		if got := g.Report().Rules[0].State; got != want {
			t.Errorf("end of stream %v: %v, want %v", ends, got, want)
		}
	}
}

func TestSlowCloseRefusesNonsense(t *testing.T) {
	wantInvalid(t, Streams, ToClient(SlowClose{}), "Delay is 0s")
	wantInvalid(t, Streams, ToClient(SlowClose{Delay: -1}), "Delay is -1ns")
	wantInvalid(t, Datagrams, ToClient(SlowClose{Delay: 1}), "slow-close is not a fault of datagrams")
}
