//go:build !linux

package alarm

// hasBetter says that there is something better than package time.
const hasBetter = false

func newSleeper() sleeper { return newGoSleeper() }
