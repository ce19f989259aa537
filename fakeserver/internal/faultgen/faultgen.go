package faultgen

import (
	"maps"
	"slices"
	"sync"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Wire is what faults are drawn for.
type Wire struct {
	Length int           // about how many bytes go one way, or are in a datagram
	Unit   time.Duration // of delays, which are 1 to 9 of it
	Gate   string        // of each Hold
	// Old draws what Replace looks for. If nil, short texts of a's and b's.
	Old *rapid.Generator[string]
	// Keep is how many of a datagram's first bytes Truncate, Overwrite and Forge leave as they are.
	Keep int
	// Endless lets a Stall be for ever.
	Endless bool
	// Virtual says that time costs nothing: pieces may be tiny, with pauses between them, and
	// delays may have long tails.
	Virtual bool
}

// A draw returns a fault that is valid.
type draw func(*rapid.T, Wire) fault.Fault

// table returns the rows for m, by the kind of the fault.
func table(m fault.Medium) map[string]draw {
	if m == fault.Datagrams {
		return datagrams
	}
	return streams
}

// Kinds are kinds of faults.
type Kinds []string

// All returns the kinds of all faults for m, sorted.
func All(m fault.Medium) Kinds { return slices.Sorted(maps.Keys(table(m))) }

// Without returns the kinds that are not those of the given faults.
func (k Kinds) Without(faults ...fault.Fault) Kinds {
	return slices.DeleteFunc(slices.Clone(k), func(kind string) bool {
		return slices.ContainsFunc(faults, func(f fault.Fault) bool { return f.Kind() == kind })
	})
}

// Ending returns the kinds that end a stream or half of it, or those that don't.
func (k Kinds) Ending(does bool) Kinds {
	return slices.DeleteFunc(slices.Clone(k), func(kind string) bool { return slices.Contains(ending(), kind) != does })
}

// Directed returns the kinds of faults for streams that can act in a direction, without those that
// can on accept only.
func (k Kinds) Directed() Kinds {
	return slices.DeleteFunc(slices.Clone(k), func(kind string) bool {
		return !slices.Contains(Directions(fault.Streams, kind), transcript.ToClient)
	})
}

// Local returns the kinds without those that take the server down for all.
func (k Kinds) Local() Kinds { return k.Without(fault.Down{}, fault.IgnoreDials{}, fault.Restart{}) }

// Draw draws a fault for m, of one of the given kinds.
func (w Wire) Draw(t *rapid.T, m fault.Medium, kinds Kinds) fault.Fault {
	return table(m)[rapid.SampledFrom(kinds).Draw(t, "kind")](t, w)
}

// Example returns the nth fault of the given kind for m, always the same.
func Example(m fault.Medium, kind string, n int) fault.Fault {
	w := Wire{Length: 100, Unit: time.Millisecond, Gate: "gate"}
	return rapid.Custom(func(t *rapid.T) fault.Fault {
		rapid.Bool().Draw(t, "unused") // rapid refuses what draws nothing, and some faults have no fields
		return table(m)[kind](t, w)
	}).Example(n)
}

// Directions returns where a fault of the given kind can act on m: see Place.
func Directions(m fault.Medium, kind string) []transcript.Direction {
	all := []transcript.Direction{fault.ServerStart, transcript.Neither, transcript.FromClient, transcript.ToClient}
	return slices.DeleteFunc(all, func(d transcript.Direction) bool {
		return !Valid(m, fault.Rule{Fault: Example(m, kind, 1), Direction: d})
	})
}

// Place returns the name of the function that makes a rule with this direction, such as "OnAccept".
func Place(d transcript.Direction) string {
	switch d {
	case fault.ServerStart:
		return "AtStart"
	case transcript.Neither:
		return "OnAccept"
	}
	return d.String()
}

// Valid reports whether a plan for m can have the rule.
func Valid(m fault.Medium, r fault.Rule) bool {
	return fault.Plan{Rules: []fault.Rule{r}}.Validate(m) == nil
}

// ActsOnce reports whether f, a fault for streams, acts at one offset and not on a stretch.
func ActsOnce(f fault.Fault) bool { return !Valid(fault.Streams, fault.ToClient(f).ForBytes(1)) }

// ending has the kinds that end a stream or half of it.
var ending = sync.OnceValue(func() Kinds {
	return slices.DeleteFunc(All(fault.Streams), func(kind string) bool { return !ends(Example(fault.Streams, kind, 1)) })
})

// ends reports whether f, a fault for streams, ends the stream where it acts, or half of it.
func ends(f fault.Fault) bool {
	if !Valid(fault.Streams, fault.ToClient(f)) {
		return false // before there is a stream
	}
	c, err := fault.Plan{Rules: []fault.Rule{fault.ToClient(f)}}.Compile(fault.Streams)
	if err != nil {
		panic(err)
	}
	for _, step := range c.Program().Stream(1, transcript.ToClient).Tick(0) {
		if step.Op.Ends() {
			return true
		}
	}
	return false
}
