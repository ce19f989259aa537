package main

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
)

// A span is two offsets, or a regular expression.
func TestSpans(t *testing.T) {
	c, err := parseCarry("0-2=>4-6")
	if err != nil || c.Request != (fakeserver.Span{To: 2}) || c.Answer != (fakeserver.Span{From: 4, To: 6}) {
		t.Errorf("it is %+v, %v", c, err)
	}
	for _, text := range []string{`id=(\d+)`, "a-b", "1-", "-2"} {
		if s, err := parseSpan(text); err != nil || s.Pattern == nil || s.Pattern.String() != text {
			t.Errorf("%q is %+v, %v; want a regular expression", text, s, err)
		}
	}
	for _, text := range []string{"", "2-2", "3-2", "("} {
		if s, err := parseSpan(text); err == nil {
			t.Errorf("%q is %+v, want an error", text, s)
		}
	}
	if c, err := parseCarry("0-2=>"); err == nil {
		t.Errorf("it is %+v, want an error", c)
	}
}
