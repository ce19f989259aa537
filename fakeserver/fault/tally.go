package fault

import "sync"

// A tally counts what the rules of a server's programs did. Programs that follow
// one another share it.
type tally struct {
	mu    sync.Mutex // guards what follows, all outcomes, and what is the tally's of a crew
	conns int        // the highest connection number seen
	late  []gotTo    // crews whose outcomes have not heard yet how far they got
}

// outcome is the account of one rule. What came first is told by connection
// number, then offset, and not by time: so that it is the same in every run.
type outcome struct {
	fired   int64
	spot         // where it fired first
	before  spot // where it had fired first before it fired last
	live    bool // it came with Replace
	reached bool
	passed  bool  // a connection was past its offset when the rule came
	far     int64 // the furthest offset that a selected connection got to
	farConn int
	dropped int64 // bytes that went nowhere
	came    int64 // datagrams that came to it

	matches   int             // of its trigger, on the connection with the most
	signals   map[int]*signal // by connection; nil until there is one
	on        map[int]*firing // by connection; nil for datagrams
	following int64           // bytes that came after it, where it fired
}

// A spot is an offset, or a datagram's number, of a connection.
type spot struct {
	conn   int
	offset int64
}

// A firing is what a rule did on one connection.
type firing struct {
	count     int64
	offset    int64 // the first
	following int64 // bytes that came after it had come to stop the stream
}

func (t *tally) sawConn(n int) {
	t.mu.Lock()
	t.conns = max(t.conns, n)
	t.mu.Unlock()
}

// fired counts that a rule acted at an offset of a connection.
func (t *tally) fired(o *outcome, conn int, offset int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o.before = o.spot
	if o.fired == 0 || conn < o.conn || conn == o.conn && offset < o.offset {
		o.conn, o.offset = conn, offset
	}
	o.fired++
	if o.on != nil {
		o.onConn(conn).fired(o, offset)
	}
}

// onConn returns what the rule did on a connection. It needs the tally's mu.
func (o *outcome) onConn(conn int) *firing {
	if o.on[conn] == nil {
		o.on[conn] = new(firing)
	}
	return o.on[conn]
}

func (f *firing) fired(o *outcome, offset int64) {
	if f.count == 0 {
		f.offset = offset
		o.following += f.following
	}
	f.count++
	f.offset = min(f.offset, offset)
}

// unfired takes back the last time that a rule acted on a connection.
func (t *tally) unfired(o *outcome, conn int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o.fired--
	f := o.onConn(conn)
	if f.count--; f.count > 0 {
		return
	}
	o.following -= f.following
	o.conn, o.offset = 0, 0
	for conn, f := range o.on {
		if f.count > 0 && (o.conn == 0 || conn < o.conn) {
			o.conn, o.offset = conn, f.offset
		}
	}
}

// unfiredLast takes back the last time that a rule acted at all.
func (t *tally) unfiredLast(o *outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o.fired--
	o.spot = o.before
}

// starts notes that a rule for the server's start is reached, and reports whether it is so for the
// first time. One that came too late is not.
func (t *tally) starts(o *outcome) (first bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	first = !o.reached && !o.passed
	o.reached = o.reached || first
	return first
}

// armed notes that a rule was reached.
func (t *tally) armed(o *outcome) {
	t.mu.Lock()
	o.reached = true
	t.mu.Unlock()
}

// came notes that a datagram came to where a rule acts.
func (t *tally) came(o *outcome) {
	t.mu.Lock()
	o.reached = true
	o.came++
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

// matched notes that n matches of a rule's trigger have come on a connection.
func (t *tally) matched(o *outcome, n int) {
	t.mu.Lock()
	o.matches = max(o.matches, n)
	t.mu.Unlock()
}

// signal returns what one direction of a connection tells the other about a rule.
func (t *tally) signal(o *outcome, conn int) *signal {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o.signals == nil {
		o.signals = map[int]*signal{}
	}
	if o.signals[conn] == nil {
		o.signals[conn] = new(signal)
	}
	return o.signals[conn]
}

// followed counts n bytes that came after some rules had come to stop a connection's
// stream.
func (t *tally) followed(by []*outcome, conn int, n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range by {
		f := o.onConn(conn)
		if f.following += n; f.count > 0 {
			o.following += n
		}
	}
}
