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
	dropped int64 // bytes that went nowhere
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

// armed notes that rule i was reached.
func (t *tally) armed(i int) {
	t.mu.Lock()
	t.rules[i].reached = true
	t.mu.Unlock()
}

// dropped counts n bytes that rule i let go nowhere.
func (t *tally) dropped(i int, n int64) {
	t.mu.Lock()
	t.rules[i].dropped += n
	t.mu.Unlock()
}

// reach notes that a connection that rule i is for got to a place.
func (t *tally) reach(i, conn int, to int64) {
	t.mu.Lock()
	t.reachLocked(i, conn, to)
	t.mu.Unlock()
}

// reachLocked needs mu.
func (t *tally) reachLocked(i, conn int, to int64) {
	o := &t.rules[i]
	if o.farConn == 0 || to > o.far || to == o.far && conn < o.farConn {
		o.far, o.farConn = to, conn
	}
}

// progress notes that a connection got to a place. The rules with these indexes in
// works were acting meanwhile.
func (t *tally) progress(conn int, works []*work, acting []int, to int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, w := range works {
		t.reachLocked(w.index, conn, to)
	}
	for _, i := range acting {
		t.rules[works[i].index].reached = true
	}
}
