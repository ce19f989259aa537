package timeline

// WriteAtMost is Write with at most so many events.
var WriteAtMost = write
