package fakeserver

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Where DeferOnFailure is not allowed, it ends the program.
func TestDeferOnFailureIsCalledOnlyWhereItMayBe(t *testing.T) {
	for timeline, want := range map[string]bool{
		"": false,
		"> Enter [It] passes - a_test.go:1 @ 12:00":                            true,
		"  > Enter \x1b[1m[BeforeEach]\x1b[0m TOP-LEVEL \x1b[38;5;243m@ 12:00": true,
		"> Enter [BeforeEach] x\n< Exit [BeforeEach] x\n> Enter [It] y":        true,
		"> Enter [JustBeforeEach] x":                                           true,
		"> Enter [BeforeAll] x":                                                true,
		"> Enter [BeforeSuite] TOP-LEVEL":                                      true,
		"> Enter [SynchronizedBeforeSuite] TOP-LEVEL":                          false, // for all processes it may be, for the first alone not
		"> Enter [It] x\n< Exit [It] x\n> Enter [AfterEach] x":                 false,
		"> Enter [It] x\n< Exit [It] x\n> Enter [JustAfterEach] x":             false,
		"> Enter [It] x\n> Enter [DeferCleanup (Each)] x":                      false,
		"> Enter [It] x\n> Enter [DeferOnFailure (Each)] x":                    false,
		"> Enter [AfterEach] x\nsomebody logs > Enter [It]":                    false,
		"> Enter [AfterAll] x":                                                 false,
		"another Ginkgo has other words":                                       false,
	} {
		got := slices.Contains([]string{"It", "BeforeEach", "JustBeforeEach", "BeforeAll", "BeforeSuite"}, nodeOf(timeline))
		if got != want {
			t.Errorf("after %q: %v, want %v", timeline, got, want)
		}
	}
}

// However many rules there are and whatever they are called, the entry is small, and says how many it leaves out.
func TestEntryIsSmall(t *testing.T) {
	var s serverEntry
	for i := range 100 {
		s.Rules = append(s.Rules, brief(strings.Repeat("<\x00\xff{{{{red}}", 1000)+fmt.Sprint(i)))
	}
	e := entry{Start: "a_test.go:1", Servers: []serverEntry{s, s}}.shrunk()
	text, err := json.Marshal(e)
	if err != nil || len(text) > maxEntry+200 {
		t.Errorf("the entry has %d bytes, %v", len(text), err)
	}
	shown := e.String()
	for _, s := range e.Servers {
		if n := len(s.Rules) - 1; n > maxEntryRules || s.Rules[n] != fmt.Sprintf("… and %d more", 100-n) {
			t.Errorf("it has %d rules, and then %q", n, s.Rules[n])
		}
	}
	if strings.Contains(shown, "{{") || !utf8.ValidString(shown) {
		t.Errorf("Ginkgo would take some of it for a color:\n%s", shown)
	}
	few := entry{Servers: []serverEntry{{Rules: []string{"a", "b"}}}}.shrunk()
	if got := few.Servers[0].Rules; len(got) != 2 {
		t.Errorf("of two rules it has %q", got)
	}
}
