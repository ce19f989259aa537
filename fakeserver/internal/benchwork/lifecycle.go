package benchwork

import (
	"errors"
	"runtime"
	"time"
)

const lifeBytes = 16

// LifeCycle is a server's whole life with one client, both included.
var LifeCycle = Work{
	Name: "LifeCycle", What: "start, accept, exchange 16 B, close everything", Baseline: "the same with package net", Slice: 50,
	Raw: LifeBody(NewRawEcho), Kit: LifeBody(NewKitEcho), Goal: AtMost(1.15),
}

// LifeBody starts a server with start, makes an exchange of 16 bytes with it, and closes all.
func LifeBody(start func() (Target, error)) Body {
	return func(clock Clock, n int) (int, error) {
		clock.StartTimer()
		defer clock.StopTimer()
		for i := range n {
			if err := live(start); err != nil {
				return i, err
			}
		}
		return n, nil
	}
}

func live(start func() (Target, error)) error {
	srv, err := start()
	if err != nil {
		return err
	}
	c, err := Dial(srv.Addr())
	if err == nil {
		err = errors.Join(exchange(c, 1, lifeBytes), c.Close())
	}
	return errors.Join(err, srv.Close())
}

// Lives is what one life cycle costs besides time.
type Lives struct {
	Allocs float64
	Bytes  float64
	Left   int // the most goroutines there were beyond before, right after a Close
	Later  int // and a moment after the last Close
}

// CountLives makes n life cycles and counts their allocations and goroutines.
func CountLives(kit bool, n int) (Lives, error) {
	start := NewRawEcho
	if kit {
		start = NewKitEcho
	}
	if err := live(start); err != nil { // fills pools and caches
		return Lives{}, err
	}
	Settle()
	var l Lives
	var before, after runtime.MemStats
	goroutines := runtime.NumGoroutine()
	runtime.ReadMemStats(&before)
	for range n {
		if err := live(start); err != nil {
			return l, err
		}
		l.Left = max(l.Left, runtime.NumGoroutine()-goroutines)
	}
	runtime.ReadMemStats(&after)
	time.Sleep(20 * time.Millisecond)
	l.Later = runtime.NumGoroutine() - goroutines
	l.Allocs = float64(after.Mallocs-before.Mallocs) / float64(n)
	l.Bytes = float64(after.TotalAlloc-before.TotalAlloc) / float64(n)
	return l, nil
}

// lifeFigures are what a life cycle costs besides time.
var lifeFigures = []Figure{
	ofLives("LifeAllocsRaw", "allocations of a life cycle with package net", "allocs", false, func(l Lives) float64 { return l.Allocs }, Goal{}),
	ofLives("LifeAllocs", "allocations of a life cycle", "allocs", true, func(l Lives) float64 { return l.Allocs }, AtMost(60)),
	ofLives("LifeGoroutines", "goroutines left when Close returns", "", true, func(l Lives) float64 { return float64(l.Left) }, AtMost(0)),
}

func ofLives(name, what, unit string, kit bool, figure func(Lives) float64, goal Goal) Figure {
	return Figure{Name: name, What: what, Unit: unit, Times: 7, Goal: goal, Measure: func() (float64, error) {
		l, err := CountLives(kit, 100)
		return figure(l), err
	}}
}
