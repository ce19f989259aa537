package fault_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
)

// Package faultgen imports fault, so that the tests inside fault reach it through a variable.
func init() {
	fault.Generators.Kinds = func(m fault.Medium) []string { return faultgen.All(m) }
	fault.Generators.Directed = func() []string { return faultgen.All(fault.Streams).Directed() }
	fault.Generators.Draw = func(t *rapid.T, m fault.Medium, length int, kinds []string) fault.Fault {
		return faultgen.Wire{Length: length, Unit: time.Millisecond, Gate: "g", Keep: 1, Virtual: true}.Draw(t, m, kinds)
	}
	fault.Generators.Example = faultgen.Example
	fault.Generators.Matches = faultgen.Matches
	fault.Generators.Content = func(t *rapid.T, m fault.Medium, r fault.Rule) fault.Rule {
		return faultgen.Content(t, m, r, rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 1, 3, -1))
	}
}
