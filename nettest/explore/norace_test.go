//go:build !race

package explore_test

// share is which part of the specimens is tried, unless FAKEWIRE_SPECIMENS=all says that all are: they have the engine in common, and a
// search for each takes half a minute of a processor.
const share = 3

// few is how many plans are tried on one that is right.
const few = 120

const underRace = false
