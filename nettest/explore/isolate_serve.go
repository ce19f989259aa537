package explore

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// ordinals counts the searches of each test that is running.
var ordinals struct {
	mu sync.Mutex
	of map[string]int
}

// searchOf names the next search of a test. A test that runs again counts from the beginning.
func searchOf(tb fakeserver.TB) string {
	ordinals.mu.Lock()
	defer ordinals.mu.Unlock()
	if ordinals.of == nil {
		ordinals.of = map[string]int{}
	}
	test := tb.Name()
	if ordinals.of[test]++; ordinals.of[test] == 1 {
		tb.Cleanup(func() {
			ordinals.mu.Lock()
			defer ordinals.mu.Unlock()
			delete(ordinals.of, test)
		})
	}
	return test + "#" + strconv.Itoa(ordinals.of[test])
}

// serveChild is what a child does in place of its search: trials, until there are no more requests. Then its test is over.
func serveChild(tb fakeserver.TB, cfg Config, m fault.Medium, body Body) {
	in, out, err := childFiles()
	if err == nil {
		cfg, err = cfg.complete()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	serveTrials(newLocal(cfg, m, body), in, out)
	if t, ok := tb.(interface{ SkipNow() }); ok {
		t.SkipNow() // so that cleanups run, and what TestMain does at the end
	}
	os.Exit(0)
}

// serveTrials answers requests until there are no more.
func serveTrials(l *local, in io.Reader, out io.Writer) {
	defer l.close()
	ctx := context.Background()
	requests, replies := requestsFrom(in), json.NewEncoder(out)
	p, err := l.rehearse(ctx)
	for r := range requests.all {
		var answer reply
		switch {
		case err != nil:
			answer.Error = err.Error()
		case r.Measure:
			m := l.measure(ctx)
			answer.Measurement = &m
		case r.Plan == nil:
			answer.Profile = &p
		default:
			l.setBound(r.Bound)
			done := l.try(ctx, *r.Plan, r.OnSockets)
			answer.Result = &done
		}
		requests.answered.Add(1)
		if replies.Encode(answer) != nil {
			os.Exit(1)
		}
	}
}

// incoming is requests that come in.
type incoming struct {
	all      chan request // closed when there are no more
	answered atomic.Int64
}

// requestsFrom reads requests. Where they end before the last one is answered, the parent is dead or has given the child up, which ends at
// once, whatever the client is at.
func requestsFrom(in io.Reader) *incoming {
	r := &incoming{all: make(chan request, 1)}
	go func() {
		asked := int64(0)
		for requests := json.NewDecoder(in); ; asked++ {
			var next request
			if requests.Decode(&next) != nil {
				break
			}
			r.all <- next
		}
		if r.answered.Load() < max(asked, 1) {
			os.Exit(1)
		}
		close(r.all)
		time.Sleep(farewell)
		os.Exit(1) // what the test does at its end takes too long
	}()
	return r
}
