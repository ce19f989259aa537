package faultgen_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
)

var media = []fault.Medium{fault.Streams, fault.Datagrams}

func TestDrawnFaultsAreValidAndOfTheirKind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := faultgen.Wire{
			Length: rapid.IntRange(1, 3000).Draw(t, "length"), Unit: time.Duration(rapid.IntRange(1, 1e9).Draw(t, "unit")),
			Gate: "gate", Endless: rapid.Bool().Draw(t, "endless"), Virtual: rapid.Bool().Draw(t, "virtual"), Keep: rapid.IntRange(0, 9).Draw(t, "keep"),
		}
		for _, m := range media {
			for _, kind := range faultgen.All(m) {
				f := w.Draw(t, m, faultgen.Kinds{kind})
				r := fault.Rule{Fault: f, Direction: faultgen.Directions(m, kind)[0]}
				err := fault.Plan{Rules: []fault.Rule{r}}.Validate(m)
				if cut, ok := f.(fault.Truncate); f.Kind() != kind || err != nil || ok && cut.Size < w.Keep {
					t.Fatalf("%#v for %v, %s, %+v: %v", f, m, kind, w, err)
				}
			}
		}
	})
}

// What is worked out from the faults themselves is what a reader expects.
func TestKindsAreTold(t *testing.T) {
	all := faultgen.All(fault.Streams)
	for kind, want := range map[string]struct {
		once, ends bool
		places     string
	}{
		"down":         {true, false, "AtStart OnAccept FromClient ToClient"},
		"ignore-dials": {true, false, "AtStart OnAccept FromClient ToClient"},
		"reset":        {true, true, "OnAccept FromClient ToClient"},
		"half-close":   {true, true, "FromClient ToClient"},
		"stall":        {true, false, "OnAccept FromClient ToClient"},
		"hold":         {true, false, "FromClient ToClient"},
		"slow-close":   {false, false, "FromClient ToClient"},
		"slice":        {false, false, "FromClient ToClient"},
		"fail-accept":  {true, false, "OnAccept"},
	} {
		f := faultgen.Example(fault.Streams, kind, 1)
		if got := faultgen.ActsOnce(f); got != want.once {
			t.Errorf("%#v acts once: %v", f, got)
		}
		var places []string
		for _, d := range faultgen.Directions(fault.Streams, kind) {
			places = append(places, faultgen.Place(d))
		}
		if got := strings.Join(places, " "); got != want.places {
			t.Errorf("%#v can act %s, want %s", f, got, want.places)
		}
		if got := slices.Contains(all.Directed(), kind); got != strings.Contains(want.places, "ToClient") {
			t.Errorf("%#v can act in a direction: %v", f, got)
		}
		if slices.Contains(all.Ending(true), kind) != want.ends || slices.Contains(all.Ending(false), kind) == want.ends {
			t.Errorf("%#v ends a stream: want %v", f, want.ends)
		}
	}
	if got := all.Without(fault.Reset{}, fault.Hold{}); len(got) != len(all)-2 || slices.Contains(got, "hold") {
		t.Errorf("without two: %v", got)
	}
}
