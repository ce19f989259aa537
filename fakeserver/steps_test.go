package fakeserver_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// heap returns how many bytes are in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// What is cut into single bytes waits as bounded as what is not: a Write waits for room.
func TestStepsOfAWriteAreBounded(t *testing.T) {
	const size = 4 << 20
	var wrote atomic.Int64
	h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		n, err := c.Write(make([]byte, size))
		wrote.Store(int64(n))
		return err
	})
	for name, rule := range map[string]fault.Rule{
		"slice":          fault.ToClient(fault.Slice{Size: 1}).NeedNotFire(),
		"bandwidth":      fault.ToClient(fault.Bandwidth{BytesPerSecond: 500, Burst: 1}),
		"behind a stall": fault.ToClient(fault.Slice{Size: 1}).NeedNotFire(),
	} {
		t.Run(name, func(t *testing.T) {
			wrote.Store(-1)
			rules := []fault.Rule{rule}
			if name == "behind a stall" {
				rules = append(rules, fault.ToClient(fault.Stall{}))
			}
			inMemory(t, fakeserver.Config{Handler: h, Faults: plan(rules...), RecordLimit: -1}, func(c cell) {
				before := heap()
				client := c.dial()
				defer client.Close()
				synctest.Wait()
				if used := heap() - before; used > 100<<20 || wrote.Load() >= 0 {
					t.Errorf("%d MiB are used, and the Write gave %d; want less than 100, and a Write that waits", used>>20, wrote.Load())
				}
				if err := c.srv.Close(); err != nil || wrote.Load() == size {
					t.Errorf("Close = %v, and Write = %d", err, wrote.Load())
				}
			})
		})
	}
}

// The same of what the server reads ahead of its handler.
func TestStepsOfReadingAheadAreBounded(t *testing.T) {
	h := fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error { <-ctx.Done(); return nil })
	inMemory(t, fakeserver.Config{Handler: h, Faults: plan(fault.FromClient(fault.Slice{Size: 1})), RecordLimit: -1}, func(c cell) {
		before := heap()
		client := c.dial()
		defer client.Close()
		client.SetWriteDeadline(time.Now().Add(time.Minute))
		n, err := client.Write(make([]byte, 16<<20))
		if used := heap() - before; used > 100<<20 || err == nil || n > 8<<20 {
			t.Errorf("%d MiB are used, and the client wrote %d, %v; want less than 100, and a client that is stuck", used>>20, n, err)
		}
	})
}

// A Write that waited for room goes on, and loses nothing.
func TestStepsThatWaitedAllLeave(t *testing.T) {
	const size = 80_000 // more than may wait
	text := words(1, "handler", size)
	h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		if n, err := c.Write(text); n != size || err != nil {
			return fmt.Errorf("Write = %d, %w", n, err)
		}
		return nil
	})
	inMemory(t, fakeserver.Config{Handler: h, Faults: plan(fault.ToClient(fault.Bandwidth{BytesPerSecond: 1000, Burst: 1}))}, func(c cell) {
		client := c.dial()
		defer client.Close()
		began := time.Now()
		wantAll(t, client, string(text), io.EOF)
		if d := time.Since(began); d != (size-1)*time.Millisecond {
			t.Errorf("that took %v, want %v", d, (size-1)*time.Millisecond)
		}
		if err := c.srv.Verify(); err != nil {
			t.Error(err)
		}
	})
}

// A line that lets a byte pass each 2 ms does, in each direction, exactly.
func TestStepsOfASlowLineFlow(t *testing.T) {
	const size = 1000
	slow := fault.Bandwidth{BytesPerSecond: 500, Burst: 1}
	t.Run("ToClient", func(t *testing.T) {
		inMemory(t, fakeserver.Config{Handler: sends(64 << 10), Faults: plan(fault.ToClient(slow))}, func(c cell) {
			client := c.dial()
			defer client.Close()
			if err := flows(client, size); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("FromClient", func(t *testing.T) {
		var flow error
		h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			flow = flows(c, size)
			return flow
		})
		inMemory(t, fakeserver.Config{Handler: h, Faults: plan(fault.FromClient(slow))}, func(c cell) {
			client := c.dial()
			defer client.Close()
			client.Write(make([]byte, size))
			wantAll(t, client, "", io.EOF)
			if flow != nil {
				t.Error(flow)
			}
		})
	})
}

// flows reads so many bytes, of which one has to come each 2 ms.
func flows(r io.Reader, size int) error {
	began := time.Now()
	for i := range size {
		n, err := r.Read(make([]byte, 10))
		if due := time.Duration(i) * 2 * time.Millisecond; n != 1 || err != nil || time.Since(began) != due {
			return fmt.Errorf("byte %d: read %d, %w after %v, want it after %v", i, n, err, time.Since(began), due)
		}
	}
	return nil
}
