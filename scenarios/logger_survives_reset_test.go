package scenarios

import (
	"slices"
	"strings"
	"testing"
)

func TestSweptOffsetsCoverTheFirstLine(t *testing.T) {
	for _, c := range []struct {
		why  string
		sent string
		want []int64
	}{
		{"every byte of the first line, and around the second's end", "abcd\nefgh\n", []int64{1, 2, 3, 4, 5, 6, 7, 9, 10}},
		{"nothing in front of an empty line", "\nab\n", []int64{1, 2, 3, 4}},
		{"no offset twice in a short line", "a\nb\n", []int64{1, 2, 3, 4}},
	} {
		if got := sweptOffsets(endsOf(c.sent)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.why, got, c.want)
		}
	}
	long := sweptOffsets(endsOf(strings.Repeat("x", 1000) + "\n"))
	if n := len(long); n < maxResets || n > maxResets+4 || long[1] != 2 || long[n-2] != 1000 || long[n-1] != 1001 {
		t.Errorf("of a line of 1000 bytes %d offsets, from %v to %v", n, long[:2], long[n-2:])
	}
}

// endsOf returns where the lines of a stream end.
func endsOf(stream string) (ends []int64) {
	lines, _, _ := NetworkLogger{}.framing().cut([]byte(stream))
	for _, line := range lines {
		ends = append(ends, line.end)
	}
	return ends
}
