package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// resets are the ways in which a handler ends its connection with an RST.
var resets = map[string]func(*fakeserver.Conn) error{
	"Conn.Reset": (*fakeserver.Conn).Reset,
	"an error":   func(*fakeserver.Conn) error { return errPlain },
	"a panic":    func(*fakeserver.Conn) error { panic("the handler's own panic") },
	"a Goexit":   func(*fakeserver.Conn) error { runtime.Goexit(); return nil },
}

// An RST that comes while the client is connecting would be all that it gets.
func TestResetWaitsUntilTheClientHasConnected(t *testing.T) {
	t.Parallel()
	for name, end := range resets {
		for how, rules := range map[string][]fault.Rule{
			"": nil, ", ruled": {fault.ToClient(fault.Slice{Size: 100}).NeedNotFire()}, ", late": {fault.ToClient(fault.Latency{Delay: time.Microsecond})},
		} {
			t.Run(name+how, func(t *testing.T) {
				srv, err := fakeserver.Listen(fakeserver.Config{Handler: greets("hello", end), Faults: plan(rules...)})
				if err != nil {
					t.Fatal(err)
				}
				defer srv.Close()
				for n := range 100 {
					c, err := dialAny(srv)
					if err != nil {
						t.Fatalf("try %d: %v", n, err)
					}
					wantAll(t, c, "hello", errReset)
					c.Close()
				}
			})
		}
	}
}

// A client that has sent something has connected, even if that has not been read yet.
func TestResetDoesNotWaitForAClientThatHasSpoken(t *testing.T) {
	for name, end := range resets {
		t.Run(name, func(t *testing.T) {
			spoke := make(chan struct{})
			h := greets("hello", func(c *fakeserver.Conn) error { <-spoke; return end(c) })
			inMemory(t, fakeserver.Config{Handler: h}, func(c cell) {
				client := c.dial()
				defer client.Close()
				send(t, client, "hi")
				close(spoke)
				c.await(ended(1))
				if at := c.happened(1, transcript.RST, transcript.ToClient); at != 0 {
					t.Errorf("the RST left after %v, want at once\n%v", at, c.srv.Transcript())
				}
			})
		})
	}
}

// patientFor is how long an RST waits without progress for what comes before it.
const patientFor = 5 * time.Second

// What comes before an RST leaves when its rules let it, while there is progress.
func TestResetComesAfterWhatWasWritten(t *testing.T) {
	for name, end := range resets {
		for what, tt := range map[string]struct {
			rule fault.Rule
			got  string
			rst  time.Duration
		}{
			"a latency":          {fault.ToClient(fault.Latency{Delay: 2 * time.Second}), "0123456789", 2 * time.Second},
			"a bandwidth":        {fault.ToClient(fault.Bandwidth{BytesPerSecond: 1, Burst: 1}), "0123456789", 9 * time.Second},
			"a stall for a time": {fault.ToClient(fault.Stall{For: 3 * time.Second}).AfterBytes(4), "0123456789", 3 * time.Second},
			"a stall for good":   {fault.ToClient(fault.Stall{}).AfterBytes(4), "0123", patientFor},
			"a hold":             {fault.ToClient(fault.Hold{Gate: gate}).AfterBytes(4), "0123", patientFor},
			"an hour's latency":  {fault.ToClient(fault.Latency{Delay: time.Hour}).AfterBytes(4), "0123", patientFor},
		} {
			t.Run(name+" after "+what, func(t *testing.T) {
				inMemory(t, fakeserver.Config{Handler: greets("0123456789", end), Faults: plan(tt.rule)}, func(c cell) {
					client := c.dial()
					defer client.Close()
					wantAll(t, client, tt.got, errReset)
					if at := c.happened(1, transcript.RST, transcript.ToClient); at != tt.rst {
						t.Errorf("the RST left after %v, want %v\n%v", at, tt.rst, c.srv.Transcript())
					}
					c.await(ended(1))
					c.srv.Close()
					wantUnsent(c, int64(10-len(tt.got)))
				})
			})
		}
	}
}

// wantUnsent checks how much the record says did not leave.
func wantUnsent(c cell, want int64) {
	c.Helper()
	var n int64
	for e := range c.srv.Transcript().Kind(transcript.Unsent).All() {
		n += e.Count
	}
	if n != want {
		c.Errorf("%d bytes are unsent, want %d\n%v", n, want, c.srv.Transcript())
	}
}

// A client that reads slowly makes progress.
func TestResetWaitsForASlowReader(t *testing.T) {
	const size = 100 << 10
	for name, end := range resets {
		for how, rules := range map[string][]fault.Rule{"": nil, ", ruled": {fault.ToClient(fault.Latency{Delay: time.Millisecond})}} {
			t.Run(name+how, func(t *testing.T) {
				h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
					if _, err := c.Write(make([]byte, size)); err != nil {
						return err
					}
					return end(c)
				})
				inMemory(t, fakeserver.Config{Handler: h, Faults: plan(rules...)}, func(c cell) {
					client := c.dial()
					defer client.Close()
					client.SetReadBuffer(10 << 10)
					send(t, client, "hi")
					sum, buf := 0, make([]byte, 5<<10)
					for {
						n, err := client.Read(buf)
						if sum += n; err != nil {
							if sum != size || !errors.Is(err, errReset) {
								t.Errorf("read %d, %v; want %d and a reset\n%v", sum, err, size, c.srv.Transcript())
							}
							return
						}
						time.Sleep(4 * time.Second)
					}
				})
			})
		}
	}
}

// Close does not wait for what an RST waits for.
func TestResetThatWaitsEndsWithTheServer(t *testing.T) {
	for name, end := range resets {
		t.Run(name, func(t *testing.T) {
			h := greets("0123456789", end)
			inMemory(t, fakeserver.Config{Handler: h, Faults: plan(fault.ToClient(fault.Stall{}))}, func(c cell) {
				client := c.dial()
				defer client.Close()
				time.Sleep(time.Second)
				wantSoon(t, "Close", c.srv.Close)
				wantUnsent(c, 10)
			})
		})
	}
}

// In front of a real server, the same.
func TestResetOfAListenersConnection(t *testing.T) {
	ln := wrap(t)
	for n := range 100 {
		var client sync.WaitGroup
		client.Go(func() {
			c, err := dialAny(ln)
			if err != nil {
				t.Errorf("try %d: %v", n, err)
				return
			}
			defer c.Close()
			wantAll(t, c, "hello", errReset)
		})
		c := acceptConn(t, ln)
		send(t, c, "hello")
		if err := c.Reset(); err != nil {
			t.Error(err)
		}
		c.Close()
		client.Wait()
	}
}

// The record of an error on a unix socket, which has no RST, is as it was.
func TestResetIsNotForUnixSockets(t *testing.T) {
	srv, err := fakeserver.Listen(fakeserver.Config{Network: "unix", Handler: greets("hello", func(*fakeserver.Conn) error { return errPlain })})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c, err := net.Dial("unix", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	wantAll(t, c, "hello", io.EOF)
	wait(t, srv, ended(1))
	if text := srv.Transcript().String(); !strings.Contains(text, "a unix socket has no RST") {
		t.Errorf("the record does not say that there was no RST:\n%v", text)
	}
}
