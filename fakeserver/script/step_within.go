package script

import "time"

// Within does its steps, and fails if they are not done after d: what the client sends is awaited no longer. Without
// it a script waits as long as the connection and the server are there. In another Within, the sooner end counts.
func Within(d time.Duration, steps ...Step) Step { return Step{act: within{d, steps}} }

type within struct {
	d     time.Duration
	steps Script
}

func (w within) head(quoter) string { return "within " + w.d.String() }

func (w within) parts() []Script { return []Script{w.steps} }

func (w within) check(c *checker) {
	if w.d <= 0 {
		c.refuse("its time is %v, want more than 0", w.d)
	}
	before := c.bounded
	c.bounded = true
	c.list(w.steps, 0)
	c.bounded = before
}

func (w within) run(r *run) error {
	before := r.bound
	if end := time.Now().Add(w.d); before.end.IsZero() || end.Before(before.end) {
		r.setBound(bound{end, w.d})
	}
	if err := r.list(w.steps, 0, 0); err != nil {
		return err
	}
	r.setBound(before)
	return nil
}

// A bound is when steps have to be done.
type bound struct {
	end time.Time // zero: never
	d   time.Duration
}
