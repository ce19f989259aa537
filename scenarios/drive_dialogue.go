package scenarios

import (
	"context"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Session is a client that keeps its connection, or its socket, between
// exchanges, as functions that most clients can be given in a line each.
type Session struct {
	// Ask is one exchange. n is its number, from 1: each number asks for something
	// else, so that the answers tell the exchanges apart. ctx has no deadline of its
	// own; it is canceled when Ask is given up on. The client's deadline, Within, is
	// that of each Ask.
	Ask func(ctx context.Context, n int) (string, error)
	// AskAll is exchanges 1 to n at once: it sends request after request before the
	// answers come, on one connection, and returns the answers in the order of their
	// numbers. A client whose Ask may be called by several goroutines at once can have it
	// do that. ctx and the deadline are as with Ask. It may be nil, for a client that has
	// one request under way at a time: such a client can't promise TakesRepliesOneAtATime.
	AskAll func(ctx context.Context, n int) ([]string, error)
	// Close ends the client. It may be called while Ask is at work in another
	// goroutine. If nil, there is nothing to close.
	Close func() error
}

func (s Session) close() error {
	if s.Close == nil {
		return nil
	}
	return s.Close()
}

// doByOpen makes one exchange of a session stand in for a Do that is missing.
func (c *client) doByOpen() {
	open := c.open
	if c.do != nil || open == nil {
		return
	}
	c.call = "Open and Ask(1)"
	c.do = func(ctx context.Context, addr string) (string, error) {
		s, err := open(ctx, addr)
		if err != nil {
			return "", err
		}
		answer, err := s.Ask(ctx, 1)
		return answer, errors.Join(err, s.close())
	}
}

// A dialogue is one client in a session with one server.
type dialogue struct {
	ctx     context.Context // done when the dialogue is over
	client  client
	srv     peer
	session Session
	closed  bool
}

// onWire runs f with a client and a server of its own at the end of t's wire. What f
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

var errNoOpen = fmt.Errorf("%w: Open is nil, and this promise is about sessions", ErrSubject)

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
	opened := make(chan Session, 1) // not a field: an Open that hangs may still come back
	err := call(d.ctx, d.client.within, "Open", func(context.Context) error {
		s, err := d.client.open(d.ctx, d.srv.Addr())
		opened <- s
		return err
	})
	if err != nil {
		return ofOpen(err)
	}
	if d.session = <-opened; d.session.Ask == nil {
		return fmt.Errorf("%w: Open returned a Session without Ask", ErrSubject)
	}
	return nil
}

// ofOpen says that err is Open's, unless it says so itself.
func ofOpen(err error) error {
	if isMisconduct(err) {
		return err
	}
	return fmt.Errorf("Open: %w", err)
}

// ask lets the client do exchange n.
func (d *dialogue) ask(n int) outcome {
	c := d.client
	c.do = func(ctx context.Context, _ string) (string, error) { return d.session.Ask(ctx, n) }
	c.call = fmt.Sprintf("Ask(%d)", n)
	return c.attempt(d.ctx, "")
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

// answers returns what the subject gets for exchanges 1 to n on a healthy wire.
func answers[S clientSubject](ctx context.Context, subject func() S, n int) ([]string, error) {
	all, _, err := rehearse(ctx, subject, n)
	return all, err
}

// rehearse is answers, and returns the record of them too.
func rehearse[S clientSubject](ctx context.Context, subject func() S, n int) (all []string, record transcript.Transcript, err error) {
	seen := map[string]bool{}
	err = inDialogue(ctx, subject, rehearsal, func(d *dialogue) error {
		for i := 1; i <= n; i++ {
			o := d.ask(i)
			if o.err != nil {
				return o.but("want an answer")
			}
			if seen[o.answer] {
				return fmt.Errorf("%w: on a healthy wire: %v, the answer of another exchange: each n must ask for something else", ErrSubject, o)
			}
			seen[o.answer] = true
			all = append(all, o.answer)
		}
		record = d.srv.Transcript()
		return nil
	})
	return all, record, err
}
