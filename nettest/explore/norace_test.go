//go:build !race

package explore_test

// share is which part of the specimens is tried, unless FAKEWIRE_SPECIMENS=all says that all are: they have the engine in common, and a
// search for each takes half a minute of a processor.
const share = 3

const underRace = false
