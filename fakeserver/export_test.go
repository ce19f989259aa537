package fakeserver

// HoldAdmission holds up whatever is about to be admitted to l, and returns what lets it go on.
func HoldAdmission(l *Listener) (release func()) {
	l.mu.Lock()
	return l.mu.Unlock
}
