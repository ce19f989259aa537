package scenarios

import "sync"

// maxAtOnce is how many exchanges a sweep has under way at most.
const maxAtOnce = 32

// atOnce calls f for each number below n, several at once, because a subject may
// wait for its deadline in each; each f gets a subject of its own. It returns the
// error with the lowest number, which a run in order would have met first, and
// starts no more once there is one.
//
// The factory is called by one goroutine, this one, as everywhere.
func atOnce[S any](subject func() S, n int, f func(i int, subject func() S) error) error {
	return abreast(maxAtOnce, subject, n, f)
}

// abreast is atOnce with at most limit at once.
func abreast[S any](limit int, subject func() S, n int, f func(i int, subject func() S) error) error {
	r := results{errs: make([]error, n)}
	room := make(chan struct{}, limit)
	defer r.wg.Wait() // if the factory panics
	for i := range n {
		room <- struct{}{}
		if r.first() != nil {
			break
		}
		made := subject()
		r.wg.Go(func() {
			r.note(i, f(i, func() S { return made }))
			<-room
		})
	}
	r.wg.Wait()
	return r.first()
}

// allAtOnce is atOnce that does not stop at an error, and returns those of all calls.
func allAtOnce[S any](subject func() S, n int, f func(i int, subject func() S) error) []error {
	r := results{errs: make([]error, n)}
	room := make(chan struct{}, maxAtOnce)
	defer r.wg.Wait() // if the factory panics
	for i := range n {
		room <- struct{}{}
		made := subject()
		r.wg.Go(func() {
			r.note(i, f(i, func() S { return made }))
			<-room
		})
	}
	r.wg.Wait()
	return r.errs
}

// results are what became of the calls of abreast.
type results struct {
	wg sync.WaitGroup

	mu   sync.Mutex // guards errs
	errs []error
}

func (r *results) note(i int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errs[i] = err
}

// first returns the error with the lowest number.
func (r *results) first() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, err := range r.errs {
		if err != nil {
			return err
		}
	}
	return nil
}
