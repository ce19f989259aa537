package scenarios

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A dialogue is one client at work with its servers.
type dialogue struct {
	ctx     context.Context // done when the dialogue is over
	client  client
	srv     fakes
	session Session
	closed  bool
}

// onWire runs f with a client and servers of its own at the end of t's wire. What f
// finds is a broken promise.
func onWire[S clientSubject](ctx context.Context, subject func() S, t trial, f func(d *dialogue) error) error {
	c, err := subject().client()
	if err != nil {
		return err
	}
	if t.session && c.open == nil {
		return errNoOpen
	}
	srv, err := c.serve(ctx, t)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return srv.verdict(t.what, t.kind, f(&dialogue{ctx: ctx, client: c, srv: srv}))
}

var errNoOpen = fmt.Errorf("%w: Open is nil, and this promise is about sessions", ErrLacks)

// inDialogue is onWire with a client that has a session open.
func inDialogue[S clientSubject](ctx context.Context, subject func() S, t trial, f func(d *dialogue) error) error {
	t.session = true
	return onWire(ctx, subject, t, func(d *dialogue) error {
		err := d.open()
		if err == nil {
			err = f(d)
		}
		if d.session.Ask != nil && !isMisconduct(err) {
			err = errors.Join(err, d.close()) // a client that hangs is not waited for again
		}
		return err
	})
}

// open makes the session.
func (d *dialogue) open() error {
	s, err := callFor(d.ctx, d.client.within, "Open", func(context.Context) (Session, error) { return d.client.open(d.ctx, d.srv.Address()) })
	if err != nil {
		return ofOpen(err)
	}
	if d.session = s; s.Ask == nil {
		return errNoAsk
	}
	return nil
}

var errNoAsk = fmt.Errorf("%w: Open returned a Session without Ask", ErrSubject)

// ofOpen says that err is Open's, unless it says so itself.
func ofOpen(err error) error {
	if isMisconduct(err) {
		return err
	}
	return fmt.Errorf("Open: %w", err)
}

// do lets the client do its whole exchange.
func (d *dialogue) do() outcome { return d.client.attempt(d.ctx, d.srv.Address()) }

// doAnswered wants the client's whole exchange to give its answer.
func doAnswered(d *dialogue) error { return d.do().wantAnswer(d.client.want) }

// ask lets the client do exchange n of its session.
func (d *dialogue) ask(n int) outcome {
	c := d.client
	c.do = func(ctx context.Context, _ string) (string, error) { return d.session.Ask(ctx, n) }
	c.call = fmt.Sprintf("Ask(%d)", n)
	return c.attempt(d.ctx, "")
}

// askError lets the client do the exchange of its session that the server answers with an
// error.
func (d *dialogue) askError() outcome {
	c := d.client
	c.do = func(ctx context.Context, _ string) (string, error) { return "", d.session.AskError(ctx) }
	c.call = "AskError"
	return c.attempt(d.ctx, "")
}

// askEach lets the client do exchange after exchange of its session, and wants
// something of each: outcome.wantAnswer, for example.
func (d *dialogue) askEach(answers []string, want func(o outcome, answer string) error) error {
	for i, answer := range answers {
		if err := want(d.ask(i+1), answer); err != nil {
			return err
		}
	}
	return nil
}

// close ends the session. That it reports an error is no reason to find fault.
func (d *dialogue) close() error {
	if d.closed {
		return nil
	}
	d.closed = true
	err := call(d.ctx, d.client.within, "Close", func(context.Context) error { return d.session.close() })
	if isMisconduct(err) || errors.Is(err, ErrInconclusive) {
		return err
	}
	return nil
}

// while lets the client do something, and meanwhile f, whose context is done when the
// client is done.
func (d *dialogue) while(something func() outcome, f func(ctx context.Context) error) (outcome, error) {
	ctx, cancel := context.WithCancel(d.ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	o := something()
	cancel()
	return o, <-done
}

// errLate is what await returns when it waited long enough.
var errLate = errors.New("it never came to that")

// patience is how long the client has for an exchange, and some slack.
func (d *dialogue) patience() time.Duration { return d.client.within + slackOf(d.ctx) }

// await waits until cond holds for the records: for as long as its patience, or until ctx
// is done.
func (d *dialogue) await(ctx context.Context, cond func(records) bool) error {
	limited, cancel := context.WithTimeout(ctx, d.patience())
	defer cancel()
	if d.srv.wait(limited, cond) == nil {
		return nil
	}
	if d.ctx.Err() != nil {
		return interrupted(d.ctx)
	}
	return errLate
}

// pause waits for t, unless the run is interrupted.
func (d *dialogue) pause(t time.Duration) error {
	select {
	case <-time.After(t):
		return nil
	case <-d.ctx.Done():
		return interrupted(d.ctx)
	}
}
