package explore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// rehearsed runs a body on a healthy wire, and measures its deadline.
func rehearsed(t *testing.T, cfg Config, m fault.Medium, body Body) (profile, error) {
	t.Helper()
	cfg.Suite = t
	l := newLocal(cfg, m, body)
	p, err := l.rehearse(t.Context())
	if err == nil {
		p.measured(l.measure(t.Context()))
	}
	return p, err
}

// wantRehearsed wants a body to be one that can be explored.
func wantRehearsed(t *testing.T, cfg Config, m fault.Medium, body Body) profile {
	t.Helper()
	p, err := rehearsed(t, cfg, m, body)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A body that fails without a fault is not explored, and the error says where it fails, and shows the record.
func TestHealthyWireMustWork(t *testing.T) {
	ask := func(w *Wire) { w.Do("ask", func(context.Context) (any, error) { return "answer", nil }) }
	t.Parallel() // what does not work in memory may work on sockets
	for words, body := range map[string]Body{
		"on a healthy wire the body has no steps": func(context.Context, *Wire) error { return nil },
		"on a healthy wire ask 2 failed: no such thing": func(_ context.Context, w *Wire) error {
			ask(w)
			w.Do("ask", func(context.Context) (any, error) { return nil, errors.New("no such thing") })
			return nil
		},
		"on a healthy wire the body failed: not today": func(_ context.Context, w *Wire) error {
			ask(w)
			return errors.New("not today")
		},
		"on a healthy wire at the body after ask 1: the body panicked: oops": func(_ context.Context, w *Wire) error {
			ask(w)
			panic("oops")
		},
		"on a healthy wire ask 1 does not return": func(_ context.Context, w *Wire) error {
			w.Do("ask", func(context.Context) (any, error) {
				c, err := w.DialContext(context.Background(), "tcp", "")
				if err != nil {
					return nil, err
				}
				return io.ReadAll(c) // nothing was asked
			})
			return nil
		},
		"it dials more than 100 times": func(ctx context.Context, w *Wire) error {
			for ctx.Err() == nil {
				if c, err := w.DialContext(ctx, "tcp", ""); err == nil {
					defer c.Close()
				}
			}
			return nil
		},
	} {
		_, err := rehearsed(t, Config{Within: 500 * time.Millisecond}, fault.Streams, body)
		wantErr(t, err, words)
		if !errors.Is(err, ErrConfig) {
			t.Errorf("%v is not ErrConfig", err)
		}
	}
}

func TestHealthyWireOfALoggerThatLosesLines(t *testing.T) {
	open := func(context.Context, *Wire) (Log, error) {
		return Log{Print: func(string) error { return nil }}, nil
	}
	cfg := loggerConfig(Config{Suite: t}, fault.Streams)
	_, err := rehearsed(t, cfg, fault.Streams, logging(cfg, fault.Streams, open))
	wantErr(t, err, "on a healthy wire line 1, line 2", "never arrived")
}

// A body that does the same each time has nothing to be noted.
func TestHealthyRunsAreTheSame(t *testing.T) {
	p := wantRehearsed(t, Config{}, fault.Streams, asking(right, "apples", "pears"))
	if len(p.Notes) > 0 || len(p.Varying) > 0 || !p.Memory || len(p.Streams) != 4 {
		t.Errorf("got %+v", p)
	}
	for _, s := range p.Streams {
		if s.Steady != s.Length || s.Length == 0 {
			t.Errorf("connection %d, %v: steady up to %d of %d", s.Conn, s.Direction, s.Steady, s.Length)
		}
	}
}

// What differs from run to run is said, and not taken for a bug.
func TestHealthyRunsThatDiffer(t *testing.T) {
	var runs atomic.Int64
	// The server's second answer has a length of its own in each run, and the client has each answer's.
	varying := func() fakeserver.Handler {
		n := int(runs.Add(1))
		return fakeserver.Lines{Answer: func(line string) string {
			if line == "pears" {
				return line + strings.Repeat("!", n)
			}
			return line
		}}
	}
	p := wantRehearsed(t, Config{NewHandler: varying}, fault.Streams, onOneConn("apples", "pears", "plums"))
	wantWords(t, strings.Join(p.Notes, "\n"),
		"the answer of pears 1 differs from run to run: it is not asked whether it is wrong",
		"what goes ToClient on connection 1 differs in length from run to run, from 7 on: there, places go by the handler's Writes")
	if !slices.Contains(p.Varying, "pears") || slices.Contains(p.Varying, "apples") {
		t.Errorf("what varies is %q, want the answer of pears", p.Varying)
	}
	for _, s := range p.Streams {
		if s.Direction == transcript.ToClient {
			wantOffsets(t, "boundaries", s.boundaries(), "7", "w2", "w3")
		}
	}
}

// onOneConn returns a body that asks each question on the same connection, in a step of its name.
func onOneConn(questions ...string) Body {
	return func(ctx context.Context, w *Wire) error {
		conn, err := w.DialContext(ctx, "tcp", "server.test:4242")
		if err != nil {
			return nil
		}
		defer conn.Close()
		for _, q := range questions {
			w.Do(q, func(ctx context.Context) (any, error) {
				conn.SetDeadline(time.Now().Add(right.patience))
				return exchange(conn, q)
			})
		}
		return nil
	}
}

func TestHealthyStepsThatAreNotAlwaysThere(t *testing.T) {
	var runs atomic.Int64
	body := asking(right, "apples")
	p := wantRehearsed(t, Config{}, fault.Streams, func(ctx context.Context, w *Wire) error {
		if runs.Add(1) == 2 { // the first of those that are compared
			w.Do("greet", func(context.Context) (any, error) { return nil, nil })
		}
		return body(ctx, w)
	})
	wantWords(t, strings.Join(p.Notes, "\n"), "greet 1 is not there in each run on a healthy wire")
}

// What stays on a healthy wire, too, is no leak.
func TestHealthyWireOnWhichTheBodyLeavesSomething(t *testing.T) {
	p := wantRehearsed(t, Config{}, fault.Streams, func(ctx context.Context, w *Wire) error {
		_, err := w.Do("connect", func(ctx context.Context) (any, error) { return nil, second(w.DialContext(ctx, "tcp", "")) })
		return err
	})
	wantWords(t, strings.Join(p.Notes, "\n"), "on a healthy wire the body leaves connection", "nothing is said of what it leaves elsewhere")
}

// second returns the second of two results.
func second(_ net.Conn, err error) error { return err }

// The search is in memory where it can be, and the notes say why it can't.
func TestHealthyWireSaysWhyNotInMemory(t *testing.T) {
	t.Parallel()
	byAddr := func(like lineClient) Body {
		return func(_ context.Context, w *Wire) error {
			c := like
			c.dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, w.Addr())
			}
			w.Do("ask", func(ctx context.Context) (any, error) { return c.Ask(ctx, "apples") })
			return nil
		}
	}
	for _, test := range []struct {
		name   string
		cfg    Config
		body   Body
		memory bool
		note   string
	}{
		{"by DialContext", Config{}, asking(right, "apples"), true, ""},
		{"OnSockets", Config{OnSockets: true}, asking(right, "apples"), false, ""},
		{"by Addr", Config{}, byAddr(right), false, "the search is on sockets: the body asks for Addr, and in memory it has to dial by DialContext"},
		{"by an address of its own", Config{}, func(_ context.Context, w *Wire) error {
			w.Do("wait", func(context.Context) (any, error) { return "apples", nil })
			return nil
		}, false, "the search is on sockets: the body does not dial by DialContext"},
		{"needs a socket", Config{}, func(_ context.Context, w *Wire) error {
			w.Do("connect", func(ctx context.Context) (any, error) {
				conn, err := w.DialContext(ctx, "tcp", "server.test:4242")
				if err != nil {
					return nil, err
				}
				defer conn.Close()
				if _, ok := conn.(*net.TCPConn); !ok {
					return nil, fmt.Errorf("no socket")
				}
				conn.SetDeadline(time.Now().Add(right.patience))
				return exchange(conn, "apples")
			})
			return nil
		}, false, "the search is on sockets: in memory connect 1 failed: no socket"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := wantRehearsed(t, test.cfg, fault.Streams, test.body)
			if p.Memory != test.memory {
				t.Errorf("in memory: %t, want %t", p.Memory, test.memory)
			}
			if got := strings.Join(p.Notes, "\n"); got != test.note {
				t.Errorf("it notes %q, want %q", got, test.note)
			}
		})
	}
}

// The client's own deadline is measured where nobody tells it, and rounded down; as the bound of a step it is exact.
func TestHealthyMeasuresTheDeadline(t *testing.T) {
	for _, test := range []struct {
		name            string
		within          time.Duration
		client          lineClient
		deadline, bound time.Duration
		note            string
	}{
		{"its own", 0, lineClient{patience: 700 * time.Millisecond}, 600 * time.Millisecond, 700 * time.Millisecond, ""},
		{"its own, and Within", 3 * time.Second, lineClient{patience: 700 * time.Millisecond}, 600 * time.Millisecond, 3 * time.Second, ""},
		{"longer than Within", time.Second, lineClient{patience: 10 * time.Second}, time.Second, time.Second, ""},
		{"the context's", 0, lineClient{}, unknownMemoryBound, unknownMemoryBound, ""},
		{"none", 0, lineClient{forgetsCtx: true}, unknownMemoryBound, unknownMemoryBound,
			"on a wire that says nothing the client is not back after 1m0s: that is taken as the bound of a step, unless Config.Within says otherwise"},
		{"none, and Within", 3 * time.Second, lineClient{forgetsCtx: true}, 3 * time.Second, 3 * time.Second, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := wantRehearsed(t, Config{Within: test.within}, fault.Streams, asking(test.client, "apples", "pears"))
			if p.Deadline != test.deadline || p.Bound != test.bound {
				t.Errorf("the deadline is %v and the bound %v, want %v and %v", p.Deadline, p.Bound, test.deadline, test.bound)
			}
			if got := strings.Join(p.Notes, "\n"); got != test.note {
				t.Errorf("it notes %q, want %q", got, test.note)
			}
		})
	}
}

func TestHealthyMeasuresTheDeadlineOnSockets(t *testing.T) {
	t.Parallel()
	const patience = time.Second // a healthy wire is no slower, on a busy machine either
	p := wantRehearsed(t, Config{OnSockets: true, Within: 10 * time.Second}, fault.Streams, asking(lineClient{patience: patience}, "apples"))
	if p.Deadline < patience || p.Bound != 10*time.Second {
		t.Errorf("the deadline is %v and the bound %v, want %v at least, and 10s", p.Deadline, p.Bound, patience)
	}
}
