package fakeserver

// A change is waited for on a channel, which a synctest bubble understands, and which is made
// only when something waits. Its owner's mutex guards it. The zero value is ready.
type change struct{ ch chan struct{} }

// next returns a channel that is closed at the next change. Take it before looking at what may
// change, and no change is missed.
func (c *change) next() <-chan struct{} {
	if c.ch == nil {
		c.ch = make(chan struct{})
	}
	return c.ch
}

// raise wakes everything that waits.
func (c *change) raise() {
	if c.ch != nil {
		close(c.ch)
		c.ch = nil
	}
}
