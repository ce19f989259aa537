package process

import (
	"errors"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

// A Rest tells when this process has come to rest: all its goroutines wait, and what has arrived for them on the network they have been
// told. What is made to happen by others, such as another process, is not seen, and nor is what a timer will bring.
type Rest struct {
	poller

	mu    sync.Mutex // guards what follows, and the poller
	state [3]metrics.Sample
	least uint64 // goroutines in system calls, and C, at the least: they may wait there for ever
}

// What goroutines are at that don't wait.
const (
	running  = "/sched/goroutines/running:goroutines"
	runnable = "/sched/goroutines/runnable:goroutines"
	outside  = "/sched/goroutines/not-in-go:goroutines"
)

// NewRest returns a Rest, which has a pipe until it is closed. Its error wraps errors.ErrUnsupported where a process can't tell: elsewhere
// than on Linux.
func NewRest() (*Rest, error) {
	r := &Rest{state: [3]metrics.Sample{{Name: running}, {Name: runnable}, {Name: outside}}}
	metrics.Read(r.state[:])
	for _, s := range r.state {
		if s.Value.Kind() != metrics.KindUint64 {
			return nil, errors.ErrUnsupported
		}
	}
	r.least = r.state[2].Value.Uint64()
	if err := r.open(); err != nil {
		return nil, err
	}
	return r, nil
}

// What arrives at one end of a connection may make that send something to the other, and so on: the poller is asked so many times in a row.
const restRounds = 3

// patience is for how long a process is looked at that is at work: it is not to be kept busier than it is.
const patience = 200 * time.Microsecond

// Await waits until the process has come to rest, or for as long as it may take.
func (r *Rest) Await(most time.Duration) {
	began := time.Now()
	if !r.rests(began.Add(min(most, patience))) {
		time.Sleep(most - time.Since(began))
	}
}

// rests waits until the process has come to rest, and reports false if that does not come.
func (r *Rest) rests(end time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range restRounds {
		if r.round() != nil {
			return false
		}
		for {
			ready, works := r.look()
			if !works {
				break
			}
			if time.Now().After(end) {
				return false
			}
			if r.yield(); ready {
				runtime.Gosched()
			}
		}
	}
	return true
}

// look reports whether a goroutine waits for a thread, and whether one does not wait for others, but for the caller's: a thread that looks for
// work, and finds none, counts for a moment, too.
func (r *Rest) look() (ready, works bool) {
	metrics.Read(r.state[:])
	out := r.state[2].Value.Uint64()
	r.least = min(r.least, out)
	ready = r.state[1].Value.Uint64() > 0
	return ready, ready || r.state[0].Value.Uint64() > 1 || out > r.least
}

// Close closes the pipe. An Await after it takes as long as it may.
func (r *Rest) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.close()
}
