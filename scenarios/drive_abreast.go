package scenarios

import "sync"

// mostAtOnce is how many exchanges a sweep has under way at most.
const mostAtOnce = 32

// atOnce calls f for each number below n, several at once, because a subject may
// wait for its deadline in each; each f gets a subject of its own. It returns the
// error with the lowest number, which a run in order would have met first, and
// starts no more once there is one.
//
// The factory is called by one goroutine, this one, as everywhere.
func atOnce[S Subject](subject func() S, n int, f func(i int, subject func() S) error) error {
	return abreast(mostAtOnce, subject, n, f)
}

// abreast is atOnce with at most so many at once.
func abreast[S Subject](most int, subject func() S, n int, f func(i int, subject func() S) error) error {
	s := sweep{errs: make([]error, n)}
	room := make(chan struct{}, most)
	defer s.wg.Wait() // if the factory panics
	for i := range n {
		room <- struct{}{}
		if s.failed() {
			break
		}
		made := subject()
		s.wg.Go(func() {
			s.note(i, f(i, func() S { return made }))
			<-room
		})
	}
	s.wg.Wait()
	return s.first()
}

// A sweep is what became of the calls of atOnce.
type sweep struct {
	wg sync.WaitGroup

	mu   sync.Mutex // guards errs
	errs []error
}

func (s *sweep) note(i int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errs[i] = err
}

func (s *sweep) failed() bool { return s.first() != nil }

// first returns the error with the lowest number.
func (s *sweep) first() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, err := range s.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// spread returns the numbers below n; of more than most of them a third of most
// from the beginning, a third from the end, and a third evenly between.
func spread(n, most int) []int {
	third := most / 3
	if n <= most {
		third = 0
	}
	var all []int
	for i := range third {
		all = append(all, i)
	}
	between := n - 2*third
	for i := range min(between, most-2*third) {
		all = append(all, third+i*between/min(between, most-2*third))
	}
	for i := range third {
		all = append(all, n-third+i)
	}
	return all
}
