//go:build race

package explore_test

// share is which part of the specimens is tried: the race detector takes ten times the time for each, and they
// have the engine in common.
const share = 4

const underRace = true
