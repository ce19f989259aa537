package explore

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// leaving returns a body that asks, and leaves something behind.
func leaving(what func(ctx context.Context, w *Wire)) Body {
	return func(ctx context.Context, w *Wire) error {
		w.Do("ask", func(context.Context) (any, error) {
			what(ctx, w)
			return nil, nil
		})
		return nil
	}
}

// What a body leaves is found whatever it waits for, also if it would end with the trial: with its context, with the server, or
// with its own connections, which are closed then. What ends by itself a moment later is not left.
func TestRunnerFindsWhatIsLeft(t *testing.T) {
	dial := func(ctx context.Context, w *Wire, network string) io.ReadWriteCloser {
		c, err := w.DialContext(ctx, network, "server.test:4242")
		if err != nil {
			t.Error(err)
			return nil
		}
		return c
	}
	for _, test := range []struct {
		name   string
		medium fault.Medium
		plan   fault.Plan
		what   func(ctx context.Context, w *Wire)
		left   string // a word of what is said; "": nothing is left
	}{
		{"nothing", fault.Streams, fault.Plan{}, func(ctx context.Context, w *Wire) { dial(ctx, w, "tcp").Close() }, ""},
		{"what ends a moment later", fault.Streams, fault.Plan{}, func(ctx context.Context, w *Wire) {
			c := dial(ctx, w, "tcp")
			go func() {
				time.Sleep(100 * time.Millisecond)
				c.Close()
				time.Sleep(100 * time.Millisecond)
			}()
		}, ""},
		{"a connection", fault.Streams, fault.Plan{}, func(ctx context.Context, w *Wire) { dial(ctx, w, "tcp") }, "connection 1, which the client did not end"},
		{"who waits for nothing", fault.Streams, fault.Plan{}, func(ctx context.Context, w *Wire) {
			dial(ctx, w, "tcp").Close()
			go func() { select {} }()
		}, "a goroutine at"},
		{"who waits for the body's context", fault.Streams, fault.Plan{}, func(ctx context.Context, w *Wire) {
			dial(ctx, w, "tcp").Close()
			go func() { <-ctx.Done() }()
		}, "a goroutine at"},
		{"who works now and then", fault.Streams, fault.Plan{}, func(ctx context.Context, w *Wire) {
			dial(ctx, w, "tcp").Close()
			go func() {
				for ctx.Err() == nil {
					time.Sleep(100 * time.Millisecond)
				}
			}()
		}, "a goroutine at"},
		{"who dials", fault.Streams, only(fault.AtStart(fault.IgnoreDials{For: fault.Forever})), func(_ context.Context, w *Wire) {
			go w.DialContext(context.Background(), "tcp", "server.test:4242")
		}, "a goroutine at"},
		{"who reads a datagram", fault.Datagrams, only(fault.ToClient(fault.Blackhole{})), func(ctx context.Context, w *Wire) {
			c := dial(ctx, w, "udp")
			c.Write([]byte("apples"))
			go c.Read(make([]byte, 100))
		}, "a goroutine at"},
	} {
		r := &runner{medium: test.medium, body: leaving(test.what), suite: t, bound: time.Second}
		for range 2 { // the second time, it may know
			o := r.run(t.Context(), test.plan)
			if o.end != returned || (test.left == "") != (len(o.left) == 0) || !strings.Contains(strings.Join(o.left, "\n"), test.left) {
				t.Errorf("%s: it ended as %d, and left is %q, want %q", test.name, o.end, o.left, test.left)
			}
		}
	}
}
