package fault

// How far connections get is told to each rule that is for them, for the report. A plan may have many, so they hear of it now
// and then, and before anyone asks; and not at each write.

// gotTo is a crew that got somewhere, and its connection.
type gotTo struct {
	*crew
	conn int
}

// maxLate is how many crews may have something to tell, which bounds what the tally holds of connections that are over.
const maxLate = 64

// progressOf notes that a connection got to an offset, for all rules of c, and that some of them were acting meanwhile.
func (t *tally) progressOf(c *crew, conn int, to int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !c.waiting {
		if len(t.late) == maxLate {
			t.catchUpLocked()
		}
		c.waiting, c.far = true, to
		t.late = append(t.late, gotTo{c, conn})
	}
	c.far = max(c.far, to)
	for _, o := range c.acting {
		o.reached = true
	}
}

// progress is progressOf for some rules at once.
func (t *tally) progress(conn int, all, acting []*outcome, to int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range all {
		o.gotTo(conn, to)
	}
	for _, o := range acting {
		o.reached = true
	}
}

// catchUpLocked tells the outcomes what they have not heard yet. It needs mu.
func (t *tally) catchUpLocked() {
	for i, c := range t.late {
		for _, o := range c.all {
			o.gotTo(c.conn, c.far)
		}
		c.waiting = false
		t.late[i] = gotTo{}
	}
	t.late = t.late[:0]
}

// gotTo notes that a connection got to an offset. It needs the tally's mu.
func (o *outcome) gotTo(conn int, to int64) {
	if o.farConn == 0 || to > o.far || to == o.far && conn < o.farConn {
		o.far, o.farConn = to, conn
	}
}
