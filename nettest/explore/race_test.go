//go:build race

package explore_test

// share is which part of the specimens is tried: the race detector takes ten times the time for each, and they
// have the engine in common.
const share = 4

// few is how many plans are tried on one that is right.
const few = 120 / share

const underRace = true
