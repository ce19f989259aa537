package main

import "testing"

func TestInRuns(t *testing.T) {
	for want, numbers := range map[string][]int{"": nil, "2": {2}, "1-2": {1, 2}, "1 3-5 9": {1, 3, 4, 5, 9}, "1-3 7-8": {1, 2, 3, 7, 8}} {
		if got := inRuns(numbers); got != want {
			t.Errorf("inRuns(%v) = %q, want %q", numbers, got, want)
		}
	}
}
