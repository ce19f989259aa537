package fault

import "sync"

// A tally counts what the rules of a program did.
type tally struct {
	mu    sync.Mutex // guards what follows
	conns int        // the highest connection number seen
	rules []outcome
}

// outcome is the account of one rule. What came first is told by connection
// number, then offset, and not by time: so that it is the same in every run.
type outcome struct {
	fired   int64
	conn    int   // where it fired first
	offset  int64 // and at which place there
	reached bool
	far     int64 // the furthest place that a selected connection got to
	farConn int
}

func (t *tally) sawConn(n int) {
	t.mu.Lock()
	t.conns = max(t.conns, n)
	t.mu.Unlock()
}

// fired counts that rule i acted at a place of a connection.
func (t *tally) fired(i, conn int, offset int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := &t.rules[i]
	if o.fired == 0 || conn < o.conn || conn == o.conn && offset < o.offset {
		o.conn, o.offset = conn, offset
	}
	o.fired++
	o.reached = true
}

// progress notes that a connection got to a place, for the rules that are for it.
func (t *tally) progress(conn int, rules []active, to int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range rules {
		o := &t.rules[rules[i].index]
		if to > o.far || o.farConn == 0 {
			o.far, o.farConn = to, conn
		}
		o.reached = o.reached || to > rules[i].start()
	}
}

// start returns the place that must be behind for the rule to have been reached.
func (a *active) start() int64 {
	return max(a.rule.After.Bytes, a.rule.After.Datagrams)
}
