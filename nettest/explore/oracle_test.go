package explore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// judged returns what comes of a plan for a body, in memory.
func judged(t *testing.T, cfg Config, body Body, p fault.Plan) result {
	t.Helper()
	cfg.Suite = t
	l := newLocal(cfg, fault.Streams, body)
	if _, err := l.rehearse(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.measure(t.Context())
	return l.try(t.Context(), p, false)
}

// An accusal is a plan, and what the oracles say of a client by it.
type accusal struct {
	name string
	cfg  Config
	body Body
	plan fault.Plan
	want []string // oracle and kind; none: it is right, or can't be blamed
}

// Plans of the table.
var (
	cutInAnswer  = only(fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(3))
	silent       = only(fault.ToClient(fault.Stall{}).OnConn(1))
	inPieces     = only(fault.ToClient(fault.Slice{Size: 1}))
	inLittlePart = only(fault.FromClient(fault.Slice{Size: 1}))
	slow         = only(fault.ToClient(fault.Latency{Delay: briefDelay}).OnConn(1))
	lies         = only(fault.ToClient(fault.Overwrite{Bytes: []byte("x")}).OnConn(1))
	endsEach     = only(fault.ToClient(fault.Close{}))
	endsFirst    = only(fault.ToClient(fault.Close{}).OnConn(1))
)

// atOnce answers what it reads at once, whatever that is.
var atOnce = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	buf := make([]byte, 1024)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return nil
		}
		if _, err := c.Write(append(bytes.TrimSuffix(buf[:n], []byte("\n")), '\n')); err != nil {
			return nil
		}
	}
})

// four is a body of four questions.
func four(like lineClient) Body { return asking(like, "apples", "pears", "plums", "figs") }

// keeps is a client that is right but for its one connection.
func keeps() lineClient {
	c := right
	c.forever = true
	return c
}

// insisting is right but for that it asks again at once.
func insisting() lineClient {
	c := right
	c.insists = true
	return c
}

// resending asks again, once, after an error.
func resending(_ context.Context, w *Wire) error {
	c := right
	c.dial = w.DialContext
	for _, q := range []string{"apples", "pears", "plums"} {
		w.Do("ask", func(ctx context.Context) (any, error) {
			answer, err := c.Ask(ctx, q)
			if err != nil {
				answer, err = c.Ask(ctx, q)
			}
			return answer, err
		})
	}
	return nil
}

// looking keeps its connection for the next question, if that has not ended by then.
func looking(ctx context.Context, w *Wire) error {
	c := keeps()
	c.dial = w.DialContext
	defer c.close()
	for range 3 {
		if c.kept != nil {
			c.kept.SetReadDeadline(time.Now().Add(time.Nanosecond))
			if _, err := c.kept.Read(make([]byte, 1)); errors.Is(err, io.EOF) {
				c.close()
				c.kept = nil
			}
		}
		w.Do("ask", func(ctx context.Context) (any, error) { return c.Ask(ctx, "apples") })
	}
	return nil
}

// forgetful leaves a goroutine behind for each answer that did not come.
func forgetful(_ context.Context, w *Wire) error {
	c := right
	c.dial = w.DialContext
	for _, q := range []string{"apples", "pears"} {
		w.Do("ask", func(ctx context.Context) (any, error) {
			answer, err := c.Ask(ctx, q)
			if err != nil {
				go func() { select {} }()
			}
			return answer, err
		})
	}
	return nil
}

// dialingOn gives up on a call, and lets its dial go on, as net/http does.
func dialingOn(_ context.Context, w *Wire) error {
	w.Do("ask", func(ctx context.Context) (any, error) {
		dialed := make(chan net.Conn, 1)
		go func() {
			conn, err := w.DialContext(context.WithoutCancel(ctx), "tcp", "server.test:4242")
			if err == nil {
				dialed <- conn
			}
		}()
		select {
		case conn := <-dialed:
			defer conn.Close()
			return exchange(conn, "apples")
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
	return nil
}

// endingIts ends its goroutine where an answer did not come, as a test helper does.
func endingIts(_ context.Context, w *Wire) error {
	c := right
	c.dial = w.DialContext
	w.Do("ask", func(ctx context.Context) (any, error) {
		answer, err := c.Ask(ctx, "apples")
		if err != nil {
			runtime.Goexit()
		}
		return answer, nil
	})
	return nil
}

// hangsAfterwards never comes back from what it does after its last step.
func hangsAfterwards(_ context.Context, w *Wire) error {
	c := right
	c.dial = w.DialContext
	_, err := w.Do("ask", func(ctx context.Context) (any, error) { return c.Ask(ctx, "apples") })
	if err != nil {
		select {}
	}
	return nil
}

var accusals = []accusal{
	{"panics", Config{}, four(lineClient{patience: time.Second, panics: true}), lies, []string{"panic: panicked in ask: the body panicked: an answer that is none: xpples"}},
	{"panics, not asked", Config{Without: []Oracle{Panics}}, four(lineClient{patience: time.Second, panics: true}), lies, nil},
	{"ends its goroutine", Config{}, endingIts, endsFirst, []string{"panic: exited in ask: the body left its goroutine by runtime.Goexit"}},
	{"does not panic", Config{}, four(right), lies, nil},

	{"hangs", Config{Within: time.Second}, four(lineClient{forgetsCtx: true}), silent, []string{"hang: ask"}},
	{"hangs, not asked", Config{Within: time.Second, Without: []Oracle{Hangs}}, four(lineClient{forgetsCtx: true}), silent, nil},
	{"hangs after its last step", Config{}, hangsAfterwards, silent, []string{"hang: the body after ask"}},
	{"ends with its context", Config{Within: time.Second}, four(lineClient{}), silent, nil},
	{"waits for a minute, if nobody says that it may not", Config{}, four(lineClient{patience: time.Minute}), silent, nil},

	{"takes half an answer for whole", Config{}, four(lineClient{patience: time.Second, trustsEOF: true}), cutInAnswer, []string{"wrong answer: ask"}},
	{"half an answer, not asked", Config{Without: []Oracle{WrongAnswers}}, four(lineClient{patience: time.Second, trustsEOF: true}), cutInAnswer, nil},
	{"has an error for half an answer", Config{}, four(right), cutInAnswer, nil},
	{"can't know that an answer lies", Config{}, four(right), lies, nil},
	{"is not to blame for what a server makes of half a request", Config{}, four(right), only(fault.FromClient(fault.HalfClose{}).OnConn(1).AfterBytes(3)), nil},

	{"does not recover", Config{}, four(keeps()), endsFirst, []string{"no recovery: ask: EOF"}},
	{"has one connection, and says so", Config{OneConn: true}, four(keeps()), endsFirst, nil},
	{"recovers", Config{}, four(right), endsFirst, nil},
	{"can't recover from what goes on", Config{}, four(right), endsEach, nil},
	{"can't recover from a server that is gone", Config{}, four(right), only(fault.ToClient(fault.Down{For: fault.Forever}).OnConn(1)), nil},

	{"needs all of an answer at once", Config{}, four(lineClient{patience: time.Second, readsOnce: true}), inPieces, []string{`fussy: ask: "a" is no answer`, `fussy: ask: "p" is no answer`, `fussy: ask: "p" is no answer`, `fussy: ask: "f" is no answer`}},
	{"fussy, not asked", Config{Without: []Oracle{Fussy}}, four(lineClient{patience: time.Second, readsOnce: true}), inPieces, nil},
	{"puts an answer together", Config{}, four(right), inPieces, nil},
	{"waits a little", Config{}, four(right), slow, nil},
	{"is not to blame for a connection whose end comes late", Config{Handler: fakeserver.Reply{Data: "apples\n"}}, looking, only(fault.ToClient(fault.Latency{Delay: briefDelay}).OnConn(1).AfterBytes(7)), nil},
	{"is not to blame for a server that reads in pieces", Config{Handler: atOnce}, four(right), inLittlePart, nil},

	{"asks twice", Config{With: []Oracle{SentTwice}}, resending, cutInAnswer, []string{"sent twice: apples\n"}},
	{"asks twice, which is not forbidden", Config{}, resending, cutInAnswer, nil},
	{"asks once", Config{With: []Oracle{SentTwice}}, four(right), cutInAnswer, nil},

	{"leaves its connection", Config{}, four(lineClient{patience: time.Second, leavesConn: true}), silent, []string{"leak: a connection"}},
	{"leaves its connection, whose server has left", Config{}, four(lineClient{patience: time.Second, leavesConn: true}), only(fault.ToClient(fault.HalfClose{}).OnConn(1)), []string{"leak: a connection"}},
	{"leaves a goroutine", Config{}, forgetful, endsFirst, []string{"leak: a goroutine"}},
	{"leaves a goroutine, not asked", Config{Without: []Oracle{Leaks}}, forgetful, endsFirst, nil},
	{"leaves nothing", Config{}, four(right), silent, nil},
	{"is not to blame for a dial that nobody answers", Config{Within: time.Second}, dialingOn, only(fault.AtStart(fault.IgnoreDials{For: fault.Forever})), nil},

	{"dials without a pause", Config{}, four(insisting()), endsEach, []string{"dial storm: "}},
	{"dials without a pause, not asked", Config{Without: []Oracle{Storms}}, four(insisting()), endsEach, nil},
	{"dials once a question", Config{}, four(right), endsEach, nil},
}

// wantAccused wants what comes of a plan to be these breaches, each by its oracle and kind.
func wantAccused(t *testing.T, p fault.Plan, r result, want []string) {
	t.Helper()
	if !r.Fired || r.Lost != "" {
		t.Fatalf("%s did not act: %+v", textOfRules(p), r)
	}
	var got []string
	for _, b := range r.Breaches {
		got = append(got, string(b.Oracle)+": "+b.Kind)
	}
	if !slices.Equal(got, want) {
		t.Errorf("by %s it is accused of %q, want %q\n%v\n%s", textOfRules(p), got, want, r.Breaches, r.Evidence)
	}
}

func TestOracles(t *testing.T) {
	for _, test := range accusals {
		t.Run(test.name, func(t *testing.T) {
			r := judged(t, test.cfg, test.body, test.plan)
			wantAccused(t, test.plan, r, test.want)
			if (len(r.Breaches) > 0) != (r.Evidence != "") {
				t.Errorf("%d breaches, and the evidence is %q", len(r.Breaches), r.Evidence)
			}
		})
	}
}

// A Check is asked about each trial that ended, and knows the healthy wire.
func TestOracleOfTheCallers(t *testing.T) {
	asked := 0
	atMostFour := Check{"at most four steps", func(o Outcome) error {
		asked++
		if len(o.Healthy) != 4 || len(o.Steps) != 4 || o.Transcript.Conns() == 0 || len(o.Report.Rules) != len(o.Plan.Rules) {
			t.Errorf("it is asked about %+v", o)
		}
		for _, s := range o.Steps {
			if s.Err != nil {
				return errors.New("ask 7 is not for nothing")
			}
		}
		return nil
	}}
	cfg := Config{Checks: []Check{atMostFour}}
	r := judged(t, cfg, four(right), endsFirst)
	want := []Breach{{Oracle: "at most four steps", Kind: "ask # is not for nothing", Text: "ask 7 is not for nothing"}}
	if !slices.Equal(r.Breaches, want) {
		t.Errorf("got %v, want %v", r.Breaches, want)
	}
	if r := judged(t, cfg, four(right), slow); len(r.Breaches) > 0 {
		t.Errorf("it has %v against a client that is well", r.Breaches)
	}
	before := asked
	if judged(t, cfg, four(lineClient{patience: time.Second, panics: true}), lies); asked != before {
		t.Error("it is asked about a trial that did not come to its end")
	}
}
