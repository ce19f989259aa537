package fault

import "sync"

// A tally counts what the rules of a server's programs did. Programs that follow
// one another share it.
type tally struct {
	mu    sync.Mutex // guards conns and all outcomes
	conns int        // the highest connection number seen
}

// outcome is the account of one rule. What came first is told by connection
// number, then offset, and not by time: so that it is the same in every run.
type outcome struct {
	fired   int64
	conn    int   // where it fired first
	offset  int64 // and at which place there
	reached bool
	passed  bool  // a connection was past its offset when the rule came
	far     int64 // the furthest place that a selected connection got to
	farConn int
	dropped int64 // bytes that went nowhere

	stops     map[int]*stop // where it came to stop streams, by connection; nil: it does not stop
	following int64         // bytes that came after that, where it fired
}

// A stop is where a rule came to stop a stream.
type stop struct {
	fired     bool
	offset    int64
	following int64 // bytes that came after it
}

func (t *tally) sawConn(n int) {
	t.mu.Lock()
	t.conns = max(t.conns, n)
	t.mu.Unlock()
}

// fired counts that a rule acted at a place of a connection.
func (t *tally) fired(o *outcome, conn int, offset int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o.fired == 0 || conn < o.conn || conn == o.conn && offset < o.offset {
		o.conn, o.offset = conn, offset
	}
	o.fired++
	if o.stops != nil {
		s := o.stopOn(conn)
		s.fired, s.offset = true, offset
		o.following += s.following
	}
}

// stopOn returns where the rule stops a connection's stream. It needs the tally's mu.
func (o *outcome) stopOn(conn int) *stop {
	if o.stops[conn] == nil {
		o.stops[conn] = new(stop)
	}
	return o.stops[conn]
}

// unfired takes back that a rule that stops streams did so on a connection.
func (t *tally) unfired(o *outcome, conn int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o.fired--
	o.stops[conn].fired = false
	o.following -= o.stops[conn].following
	o.conn, o.offset = 0, 0
	for conn, s := range o.stops {
		if s.fired && (o.conn == 0 || conn < o.conn) {
			o.conn, o.offset = conn, s.offset
		}
	}
}

// armed notes that a rule was reached.
func (t *tally) armed(o *outcome) {
	t.mu.Lock()
	o.reached = true
	t.mu.Unlock()
}

// passed notes that a rule came when a connection was past its offset already.
func (t *tally) passed(o *outcome) {
	t.mu.Lock()
	o.passed = true
	t.mu.Unlock()
}

// dropped counts n bytes that a rule let go nowhere.
func (t *tally) dropped(o *outcome, n int64) {
	t.mu.Lock()
	o.dropped += n
	t.mu.Unlock()
}

// followed counts n bytes that came after some rules had come to stop a connection's
// stream.
func (t *tally) followed(by []*outcome, conn int, n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range by {
		s := o.stopOn(conn)
		if s.following += n; s.fired {
			o.following += n
		}
	}
}

// progress notes that a connection got to a place, for all rules that are for it,
// and that some of them were acting meanwhile.
func (t *tally) progress(conn int, all, acting []*outcome, to int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range all {
		if o.farConn == 0 || to > o.far || to == o.far && conn < o.farConn {
			o.far, o.farConn = to, conn
		}
	}
	for _, o := range acting {
		o.reached = true
	}
}
