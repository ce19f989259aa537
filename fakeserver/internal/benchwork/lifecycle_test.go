package benchwork

import (
	"errors"
	"io"
	"math"
	"net"
	"runtime"
	"testing"
	"time"
)

// What a life cycle costs besides time is exact, and is not to grow unnoticed. The lives here are those that leave nothing to
// chance: in one the server has ended the connection before it is closed, in the other its Close does so.
var lives = map[string]func(start func() (Target, error)) error{
	"ended by the client": liveUntilFIN,
	"ended by Close":      liveUntilClose,
}

// liveUntilFIN is live for a client that waits for the server's FIN.
func liveUntilFIN(start func() (Target, error)) error {
	return liveWith(start, func(c *net.TCPConn, _ Target) error {
		if err := c.CloseWrite(); err != nil {
			return err
		}
		_, err := c.Read(make([]byte, 1))
		if err == io.EOF {
			err = nil
		}
		return err
	})
}

// liveUntilClose is live for a client that is connected for as long as the server is there.
func liveUntilClose(start func() (Target, error)) error {
	return liveWith(start, func(_ *net.TCPConn, srv Target) error { return srv.Close() })
}

func liveWith(start func() (Target, error), end func(*net.TCPConn, Target) error) error {
	srv, err := start()
	if err != nil {
		return err
	}
	c, err := Dial(srv.Addr())
	if err == nil {
		err = errors.Join(exchange(c, 1, lifeBytes), end(c, srv), c.Close())
	}
	return errors.Join(err, srv.Close())
}

// The numbers are those that are reached: what makes them smaller may lower them here. A busy machine adds timers to some lives, and so
// one round of several has to do with so few.
func TestLifeCycleAllocations(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates, too, and empties pools")
	}
	raw := allocations(t, liveUntilFIN, NewRawEcho)
	for name, most := range map[string]float64{"ended by the client": 12, "ended by Close": 22} {
		more := math.Inf(1)
		for round := 0; round < 20 && more > most; round++ {
			more = min(more, allocations(t, lives[name], NewKitEcho)-raw)
		}
		t.Logf("%s: %v allocations more than the %v with package net", name, more, raw)
		if more > most {
			t.Errorf("%s: %v allocations more than the %v with package net, want %v at most", name, more, raw, most)
		}
	}
}

func allocations(t *testing.T, live func(func() (Target, error)) error, start func() (Target, error)) float64 {
	t.Helper()
	return testing.AllocsPerRun(50, func() {
		if err := live(start); err != nil {
			t.Error(err)
		}
	})
}

func TestLifeCycleLeavesNoGoroutine(t *testing.T) {
	for name, live := range lives {
		before := runtime.NumGoroutine()
		for range 100 {
			if err := live(NewKitEcho); err != nil {
				t.Fatal(err)
			}
			if n := goroutinesBeyond(before); n > 0 {
				t.Fatalf("%s: %d goroutines are left when Close has returned", name, n)
			}
		}
	}
}

// goroutinesBeyond returns how many more there are than before. One that has said that it is done may be about to return.
func goroutinesBeyond(before int) int {
	for end := time.Now().Add(time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		runtime.Gosched()
	}
	return runtime.NumGoroutine() - before
}
