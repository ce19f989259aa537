package benchwork

import "testing"

func TestGoalIsMetWhereTheIntervalReachesIt(t *testing.T) {
	for _, tt := range []struct {
		goal      Goal
		low, high float64
		want      bool
		text      string
	}{
		{Goal{}, 1, 2, true, "-"},
		{AtLeast(1.3), 1.1, 1.3, true, "≥ 1.3"},
		{AtLeast(1.3), 1.1, 1.29, false, "≥ 1.3"},
		{AtMost(60), 60, 62, true, "≤ 60"},
		{AtMost(60), 61, 62, false, "≤ 60"},
		{AtMost(0), 0, 0, true, "≤ 0"},
		{AtMost(0), 1, 1, false, "≤ 0"},
		{Between(0.99, 1.01), 0.9, 0.99, true, "0.99 to 1.01"},
		{Between(0.99, 1.01), 1.02, 1.03, false, "0.99 to 1.01"},
	} {
		if got := tt.goal.Met(tt.low, tt.high); got != tt.want || tt.goal.String() != tt.text {
			t.Errorf("%v: Met(%v, %v) = %v, want %v; text %s", tt.goal, tt.low, tt.high, got, tt.want, tt.text)
		}
	}
}
