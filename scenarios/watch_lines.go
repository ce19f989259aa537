package scenarios

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// lineStart finds where a line of textLines begins.
var lineStart = regexp.MustCompile(`line (\d{5}) `)

// severalLines is an error about lines that nothing tells apart.
type severalLines struct{ text string }

func (e *severalLines) Error() string { return e.text }

// arrived says which of the lines want are not in got whole, once and in order. A
// line may have something before it and after it; lines that are none of want
// don't matter.
func arrived(got, want []string) error {
	next := 0 // of want
	for i, line := range got {
		found := lineStart.FindAllStringIndex(line, -1)
		if len(found) > 1 {
			return &severalLines{fmt.Sprintf("line %d that arrived holds %d lines: %.80q…", i+1, len(found), line)}
		}
		if len(found) == 0 {
			continue
		}
		text := line[found[0][0]:]
		switch n := indexOf(text, want); {
		case n < 0:
			return fmt.Errorf("line %d that arrived is not whole: %.80q… has %d bytes", i+1, text, len(text))
		case n < next:
			return fmt.Errorf("%.10q… arrived after %.10q…: twice, or out of order", want[n], want[next-1])
		case n > next:
			return fmt.Errorf("%.10q… is missing where %.10q… arrived", want[next], want[n])
		}
		next++
	}
	if next < len(want) {
		return fmt.Errorf("%.10q… is missing; %d of %d lines arrived", want[next], next, len(want))
	}
	return nil
}

// arrivedInAnyOrder says which of the lines that were logged are not in got whole and once.
// The first of them may be missing, as many as mayMiss says.
func arrivedInAnyOrder(got, logged []string, mayMiss int) error {
	times := make([]int, len(logged))
	for i, line := range got {
		found := lineStart.FindAllStringIndex(line, -1)
		if len(found) > 1 {
			return &severalLines{fmt.Sprintf("line %d that arrived holds %d lines: %.80q…", i+1, len(found), line)}
		}
		if len(found) == 0 {
			continue
		}
		text := line[found[0][0]:]
		n := indexOf(text, logged)
		if n < 0 {
			return fmt.Errorf("line %d that arrived is not whole: %.80q… has %d bytes", i+1, text, len(text))
		}
		if times[n]++; times[n] > 1 {
			return fmt.Errorf("%.10q… arrived twice", logged[n])
		}
	}
	if n := slices.Index(times[mayMiss:], 0); n >= 0 {
		return fmt.Errorf("%.10q… is missing", logged[mayMiss+n])
	}
	return nil
}

// indexOf returns the index of the line of want that text begins with, or -1.
func indexOf(text string, want []string) int {
	n := firstNumber([]string{text}) - firstNumber(want)
	if n < 0 || n >= len(want) || !strings.HasPrefix(text, want[n]) {
		return -1
	}
	return n
}

// firstNumber returns the number of the first line of textLines in lines, or 0.
func firstNumber(lines []string) int {
	for _, line := range lines {
		if m := lineStart.FindStringSubmatch(line); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
	}
	return 0
}

// arrivedEach says which of the lines of each caller are not in got whole, once
// and in the caller's order.
func arrivedEach(got []string, callers [][]string) error {
	own := make([][]string, len(callers))
	for i, line := range got {
		found := lineStart.FindAllStringIndex(line, -1)
		if len(found) == 0 {
			continue
		}
		caller := slices.IndexFunc(callers, func(lines []string) bool { return indexOf(line[found[0][0]:], lines) >= 0 })
		if len(found) > 1 || caller < 0 {
			return fmt.Errorf("line %d that arrived is not one of those logged: %.240q…", i+1, line)
		}
		own[caller] = append(own[caller], line)
	}
	for i, lines := range callers {
		if err := arrived(own[i], lines); err != nil {
			return fmt.Errorf("of goroutine %d: %w", i+1, err)
		}
	}
	return nil
}
