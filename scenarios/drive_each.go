package scenarios

import (
	"errors"
	"time"
)

// A pace is how many trials run at once: at first, and when they take long.
type pace struct{ first, later int }

var (
	oneByOne = pace{1, 1}                 // for trials that would disturb one another
	asNeeded = pace{1, maxAtOnce}         // for those that are over at once with most subjects
	together = pace{maxAtOnce, maxAtOnce} // for those that wait for deadlines
)

// How long, and how often, trials go on once something was found.
const (
	goOnFor   = 5 * time.Second
	goOnTimes = 256
)

// maxTrials is how often a trial is tried in which the wire does not do what it is to do.
const maxTrials = 8

// long is what trials may take before several run at once.
const long = 50 * time.Millisecond

// tryEach calls f for each number below n, with a subject of its own each time. It returns
// nil if f found nothing, and else what it found, in the order of the numbers: the first of
// each kind, and how many more like it there are. Once something is found it goes on as far
// as that is cheap.
func tryEach[S any](p pace, subject func() S, n int, f func(i int, subject func() S) error) error {
	var found breaks
	var since time.Time // when the first was found
	for at, atOnce, tried := 0, p.first, 0; at < n; {
		began, batch := time.Now(), numbers(at, min(n, at+atOnce))
		tryBatch(subject, batch, &found, f)
		took := time.Since(began)
		if found.some() {
			if since.IsZero() {
				since = time.Now()
			}
			tried += len(batch)
		}
		if found.final() || tried > goOnTimes || tried > 0 && time.Since(since)+took > goOnFor {
			break
		}
		if at += len(batch); took > long {
			atOnce = p.later
		}
	}
	return found.err()
}

// tryBatch calls f for the numbers of a batch at once, and again for those whose trials did
// not take place.
func tryBatch[S any](subject func() S, batch []int, found *breaks, f func(i int, subject func() S) error) {
	outcomes := make(map[int]error, len(batch))
	for try, left := 1, batch; len(left) > 0; try++ {
		errs := allAtOnce(subject, len(left), func(i int, subject func() S) error { return f(left[i], subject) })
		var again []int
		for i, err := range errs {
			outcomes[left[i]] = err
			if errors.Is(err, errNotTried) && try < maxTrials {
				again = append(again, left[i])
			}
		}
		left = again
	}
	for _, i := range batch {
		found.add(outcomes[i])
	}
}

// numbers returns the numbers from from on and below to.
func numbers(from, to int) []int {
	all := make([]int, 0, to-from)
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}

// inTurn is tryEach for a few trials, each of its own kind.
func inTurn(trials ...func() error) error {
	var found breaks
	for _, try := range trials {
		if found.add(try()); found.other != nil {
			break
		}
	}
	return found.err()
}
