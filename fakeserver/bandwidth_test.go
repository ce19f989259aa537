package fakeserver_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// rates are the speeds that Bandwidth is held to.
var rates = []int64{64 << 10, 1 << 20, 100 << 20}

// In virtual time a second's window lets a second's bytes pass, and at most a
// burst more.
func TestBandwidthIsExactInVirtualTime(t *testing.T) {
	const cell = 1460
	for _, rate := range rates {
		for _, direction := range []string{"FromClient", "ToClient"} {
			t.Run(fmt.Sprintf("%s %d", direction, rate), func(t *testing.T) {
				var passed atomic.Int64
				h, rule := sends(2*rate), fault.ToClient(fault.Bandwidth{BytesPerSecond: rate})
				if direction == "FromClient" {
					h, rule = receives(time.Second, &passed), fault.FromClient(fault.Bandwidth{BytesPerSecond: rate})
				}
				bubble(t, h, plan(rule), func(t *testing.T, srv *fakeserver.Server, net *pipes) {
					c := net.dial(t)
					if direction == "FromClient" {
						go c.Write(make([]byte, 2*rate))
					} else {
						receive(c, time.Second, &passed)
					}
					time.Sleep(2 * time.Second)
					if n := passed.Load(); n > rate+cell || n < rate {
						t.Errorf("%d bytes passed in a second, want %d and a burst of %d", n, rate, cell)
					}
				})
			})
		}
	}
}

// On a socket a machine that is busy may be slower. Nothing is faster.
func TestBandwidthIsNeverExceeded(t *testing.T) {
	t.Parallel()
	const (
		rate, burst = 64 << 10, 1460
		least       = 200 * time.Millisecond
		size        = rate/5 + burst
	)
	for name, rule := range map[string]fault.Rule{
		"FromClient": fault.FromClient(fault.Bandwidth{BytesPerSecond: rate}),
		"ToClient":   fault.ToClient(fault.Bandwidth{BytesPerSecond: rate}),
	} {
		t.Run(name, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(rule)})
			c := dial(t, srv)
			begin := time.Now()
			send(t, c, string(make([]byte, size)))
			if _, err := io.CopyN(io.Discard, c, size); err != nil {
				t.Fatal(err)
			}
			if d := time.Since(begin); d < least-time.Millisecond {
				t.Errorf("%d bytes took %v, want %v or more", size, d, least)
			}
		})
	}
}

// A client feels that the line is slow: the server does not read all it can.
func TestBandwidthFromClientHoldsTheClientUp(t *testing.T) {
	bubble(t, fakeserver.Discard{}, plan(fault.FromClient(fault.Bandwidth{BytesPerSecond: 1 << 10})), func(t *testing.T, srv *fakeserver.Server, net *pipes) {
		c := net.dial(t)
		c.SetWriteDeadline(time.Now().Add(time.Minute))
		if n, err := c.Write(make([]byte, 1<<20)); err == nil || n > 400<<10 {
			t.Errorf("the client wrote %d, %v; want it stuck behind 256 KiB and a minute's 60", n, err)
		}
	})
}

// Latency is no backlog: what is on its way does not hold the client up.
func TestLatencyFromClientHoldsNobodyUp(t *testing.T) {
	const size = 8 << 20
	got := make(chan int64, 1)
	h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		n, err := io.Copy(io.Discard, c)
		got <- n
		return err
	})
	srv := fakeserver.Start(t, fakeserver.Config{Handler: h, Faults: plan(fault.FromClient(fault.Latency{Delay: 300 * time.Millisecond}))})
	c := dial(t, srv)
	begin := time.Now()
	send(t, c, string(make([]byte, size)))
	c.CloseWrite()
	if n := <-got; n != size {
		t.Errorf("%d bytes arrived, want %d", n, size)
	}
	if d := time.Since(begin); d > size/(256<<10)*300*time.Millisecond {
		t.Errorf("took %v: 256 KiB at a time", d)
	}
}

// What has come due is read at once, however finely it was decided upon: only Slice
// cuts.
func TestReadsAreCutBySliceAlone(t *testing.T) {
	paced := fault.FromClient(fault.Bandwidth{BytesPerSecond: 10_000})
	for _, row := range []struct {
		rules []fault.Rule
		want  []int
	}{
		{[]fault.Rule{paced}, []int{20_000}},
		{[]fault.Rule{paced, fault.FromClient(fault.Slice{Size: 5000})}, []int{5000, 5000, 5000, 5000}},
	} {
		sizes := make(map[int]int) // only the handler's until the bubble ends
		h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			time.Sleep(time.Minute)
			for i, n := range readSizes(t, c) {
				sizes[i] = n
			}
			return nil
		})
		synctest.Test(t, func(t *testing.T) {
			network := newPipes()
			fakeserver.Start(t, fakeserver.Config{Transport: network, Handler: h, Faults: plan(row.rules...)})
			c := network.dial(t)
			c.Write(make([]byte, 20_000))
			c.Close()
			time.Sleep(time.Hour)
		})
		for i, n := range row.want {
			if sizes[i] != n || len(sizes) != len(row.want) {
				t.Errorf("%v: read %v, want %v", row.rules, sizes, row.want)
				break
			}
		}
	}
}

// sends returns a handler that sends n bytes.
func sends(n int64) fakeserver.Handler {
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		p := make([]byte, 64<<10)
		for ; n > 0; n -= int64(len(p)) {
			if _, err := c.Write(p); err != nil {
				return err
			}
		}
		return nil
	})
}

// receives returns a handler that counts what it gets within a time.
func receives(window time.Duration, passed *atomic.Int64) fakeserver.Handler {
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		receive(c, window, passed)
		return nil
	})
}

func receive(c net.Conn, window time.Duration, passed *atomic.Int64) {
	c.SetReadDeadline(time.Now().Add(window))
	n, _ := io.Copy(io.Discard, struct{ io.Reader }{c})
	passed.Store(n)
}
