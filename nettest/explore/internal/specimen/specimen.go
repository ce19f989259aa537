package specimen

import (
	"context"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

// A Specimen is a client or a logger, and what the search has to say of it.
type Specimen struct {
	Name   string
	Class  string // of the bug, as it is known; "": a right one
	Why    string // what the bug comes to, or what a right one could be wrongly accused of
	Medium fault.Medium
	Config func() explore.Config
	Want   explore.Oracle // that has to accuse it; "": none

	// Body is what a client does, and Open opens a logger: a specimen has one of them.
	Body explore.Body
	Open func(ctx context.Context, w *explore.Wire) (explore.Log, error)
}

// Right reports whether the search must not accuse it.
func (s Specimen) Right() bool { return s.Want == "" }

// All returns all specimens, those with a bug first.
func All() []Specimen {
	return slices.Concat(brokenStreams(), brokenSetUps(), brokenPools(), brokenPackets(), brokenLoggers(), rightStreams(), rightPackets(), rightLoggers())
}
