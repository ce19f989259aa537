package explore

// An ending is why a trial ended.
type ending int

const (
	goingOn ending = iota
	returned
	hung
	misbehaved
	stormed
	spun // in memory, where that keeps the clock from going on
	interrupted
)
