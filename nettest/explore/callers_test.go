package explore

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A lineConn is a client with one connection for all who ask, on which answers come in the order of their questions. When it
// is broken, it stays broken.
type lineConn struct {
	conn   net.Conn
	latest bool // the bug: an answer is for who asked last
	closed atomic.Int64

	mu      sync.Mutex // guards what follows
	waiting []chan string
	err     error
}

func openLineConn(w *Wire, latest bool) (*lineConn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := w.DialContext(ctx, "tcp", "server.test:4242")
	if err != nil {
		return nil, err
	}
	c := &lineConn{conn: conn, latest: latest}
	go c.read()
	return c, nil
}

// read gives each answer to one who waits.
func (c *lineConn) read() {
	for r := bufio.NewReader(c.conn); ; {
		answer, err := r.ReadString('\n')
		c.mu.Lock()
		if err != nil || len(c.waiting) == 0 {
			c.err = cmp.Or(err, errors.New("an answer to nothing"))
			for _, w := range c.waiting {
				close(w)
			}
			c.mu.Unlock()
			c.conn.Close()
			return
		}
		next := 0
		if c.latest {
			next = len(c.waiting) - 1
		}
		c.waiting[next] <- strings.TrimSuffix(answer, "\n") // has room for it
		c.waiting = slices.Delete(c.waiting, next, next+1)
		c.mu.Unlock()
	}
}

// Ask returns the answer to a question.
func (c *lineConn) Ask(question string) (string, error) {
	answer := make(chan string, 1)
	c.mu.Lock()
	if c.err != nil {
		defer c.mu.Unlock()
		return "", c.err
	}
	c.waiting = append(c.waiting, answer)
	_, err := io.WriteString(c.conn, question+"\n")
	c.mu.Unlock()
	if err != nil {
		c.conn.Close()
		return "", err
	}
	select {
	case text, ok := <-answer:
		if !ok {
			return "", io.ErrUnexpectedEOF
		}
		return text, nil
	case <-time.After(right.patience):
		c.conn.Close()
		return "", context.DeadlineExceeded
	}
}

func (c *lineConn) Close() error {
	c.closed.Add(1)
	return c.conn.Close()
}

// together returns a body in which each caller asks questions of its own, by one client for all, and looks at the answers. The
// client is given to opened.
func together(latest bool, opened func(*lineConn)) Body {
	return func(_ context.Context, w *Wire) error {
		var made *lineConn
		shared, err := w.Share(func() (any, error) {
			c, err := openLineConn(w, latest)
			if err != nil {
				return nil, err
			}
			opened(c)
			made = c
			return c, nil
		}, func() { made.Close() })
		if err != nil {
			return err
		}
		c := shared.(*lineConn)
		for n := range 3 {
			w.Do("ask", func(context.Context) (any, error) {
				question := fmt.Sprintf("%d of caller %d", n, w.Caller())
				answer, err := c.Ask(question)
				if err == nil && answer != question {
					err = fmt.Errorf("it has the answer to %q", answer)
				}
				return answer, err
			})
		}
		return nil
	}
}

// Answers that get crossed show only if several callers ask at once.
func TestCallersFindAClientThatCrossesAnswers(t *testing.T) {
	setEnv(t)
	slowly := fakeserver.Lines{Answer: func(line string) string {
		time.Sleep(time.Millisecond) // so that all have asked
		return line
	}}
	for _, test := range []struct {
		callers int
		latest  bool
		crossed bool
	}{{1, true, false}, {8, true, true}, {8, false, false}} {
		cfg := Config{Handler: slowly, Suite: t, OneConn: true, Plans: 60, Budget: time.Minute, Callers: test.callers}
		r, err := Search(t.Context(), cfg, fault.Streams, together(test.latest, func(*lineConn) {}))
		if test.crossed {
			wantErr(t, err, "on a healthy wire ask", "it has the answer to")
			continue
		}
		if err != nil || len(r.Finds) > 0 {
			t.Errorf("%d callers, answers for who asked last %t: %v, %v", test.callers, test.latest, r.Finds, err)
		}
	}
}

// What callers share is opened once a trial, and closed when the last body has returned.
func TestShareIsOpenedOnceAndClosed(t *testing.T) {
	var opened []*lineConn
	body := together(false, func(c *lineConn) { opened = append(opened, c) })
	r := &runner{cfg: Config{Callers: 8}, medium: fault.Streams, body: body, suite: t, bound: time.Minute}
	o := r.run(t.Context(), fault.Plan{})
	if err := healthy(o); err != nil {
		t.Fatal(err)
	}
	if len(opened) != 1 || opened[0].closed.Load() != 1 || o.Transcript.Conns() != 1 || len(o.left) > 0 {
		t.Errorf("%d were opened, on %d connections, and left is %q; want one, which is closed once", len(opened), o.Transcript.Conns(), o.left)
	}
	if len(o.Steps) != 24 {
		t.Errorf("there are %d steps, want 24", len(o.Steps))
	}
	for _, s := range o.Steps {
		if want := fmt.Sprintf("%d of caller %d", s.N-1, s.Caller); s.Answer != want {
			t.Errorf("%v has the answer %q, want %q", s, s.Answer, want)
		}
	}
}

// An error of opening is that of all, and what waits for it does not hang.
func TestShareThatCantBeOpened(t *testing.T) {
	var tries atomic.Int64
	body := func(ctx context.Context, w *Wire) error {
		_, err := w.Share(func() (any, error) {
			tries.Add(1)
			for range 2 {
				w.Do("open", func(context.Context) (any, error) {
					time.Sleep(40 * time.Second) // the others wait for longer than a step may take, which is no fault of theirs
					return nil, nil
				})
			}
			return nil, errors.New("no")
		}, nil)
		w.Do("see", func(context.Context) (any, error) { return err, nil })
		return nil
	}
	r := &runner{cfg: Config{Callers: 3}, medium: fault.Streams, body: body, suite: t, bound: 49 * time.Second}
	o := r.run(t.Context(), fault.Plan{})
	if err := healthy(o); err != nil || tries.Load() != 1 {
		t.Fatalf("%v after %d tries", err, tries.Load())
	}
	for _, s := range o.Steps {
		if s.Name == "see" && s.Answer == "" {
			t.Errorf("%v has no error", s)
		}
	}
}

// A logger for all callers: one that writes a line in two parts tears those of others.
func TestCallersOfALoggerShareIt(t *testing.T) {
	open := func(mu *sync.Mutex) func(ctx context.Context, w *Wire) (Log, error) {
		return func(ctx context.Context, w *Wire) (Log, error) {
			conn, err := w.DialContext(ctx, "tcp", "server.test:4242")
			if err != nil {
				return Log{}, err
			}
			return Log{Close: conn.Close, Print: func(line string) error {
				if mu != nil {
					mu.Lock()
					defer mu.Unlock()
				}
				half := len(line) / 2
				conn.Write([]byte(line[:half]))
				if mu == nil {
					time.Sleep(time.Millisecond) // as another goroutine may come between
				}
				_, err := conn.Write([]byte(line[half:] + "\n"))
				return err
			}}, nil
		}
	}
	for _, test := range []struct {
		callers int
		mu      *sync.Mutex
		torn    bool
	}{{1, nil, false}, {8, nil, true}, {8, new(sync.Mutex), false}} {
		cfg := loggerConfig(Config{Callers: test.callers, Lines: 3, LineBytes: 100, Suite: t}, fault.Streams)
		p, err := rehearsed(t, cfg, fault.Streams, logging(cfg, fault.Streams, open(test.mu)))
		if (err != nil) != test.torn {
			t.Errorf("%d callers, with a mutex %t: %v", test.callers, test.mu != nil, err)
		}
		if test.torn {
			wantErr(t, err, "arrived on connection 1 without its end")
		} else if len(p.Streams) != 2 {
			t.Errorf("%d callers: %d streams, want those of one connection", test.callers, len(p.Streams))
		}
	}
}
