package alarm

import "time"

// A goSleeper is a timer of package time.
type goSleeper struct{ t *time.Timer }

func newGoSleeper() sleeper { return goSleeper{time.NewTimer(never)} }

// never is a time for which nothing sleeps.
const never time.Duration = 1<<63 - 1

func (s goSleeper) arm(d time.Duration) { s.t.Reset(d) }
func (s goSleeper) wait()               { <-s.t.C }

// lead is the millisecond in which what waits for the network counts, and nearly as much for a processor to wake up.
func (s goSleeper) lead() time.Duration { return 1500 * time.Microsecond }

func (s goSleeper) close() { s.t.Stop() }
