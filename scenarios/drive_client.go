package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// client is what TCPClient and UDPClient have in common.
type client struct {
	do      func(ctx context.Context, addr string) (string, error)
	open    func(ctx context.Context, addr string) (Session, error) // nil: no sessions
	call    string                                                  // what do is called
	want    string
	within  time.Duration
	servers int // how many it is given
	dials   int // how many it promises at most in each within; 0: it does not say
	listen  func(context.Context, fault.Plan) (fakes, error)
	server  func(ctx context.Context, i int, p fault.Plan) (fake, error) // starts one of them, by its index
}

// A clientSubject is a subject that is a client.
type clientSubject interface {
	client() (client, error)
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

// doIsOpen reports whether do is an exchange of a session.
func (c client) doIsOpen() bool { return c.call != "Do" }

// check says what c lacks.
func (c client) check(kind string) error {
	var lacks []string
	if c.do == nil {
		lacks = append(lacks, "Do and Open are nil")
	}
	if c.want == "" {
		lacks = append(lacks, "Want is empty: say what Do gives on a healthy wire")
	}
	if c.within <= 0 {
		lacks = append(lacks, fmt.Sprintf("Within is %v, want more than 0", c.within))
	}
	if lacks == nil {
		return nil
	}
	return fmt.Errorf("%w: %s: %s", ErrSubject, kind, strings.Join(lacks, "; "))
}

// attempt calls do.
func (c client) attempt(ctx context.Context, addr string) outcome {
	began := time.Now()
	answer, err := callFor(ctx, c.within, c.call, func(ctx context.Context) (string, error) { return c.do(ctx, addr) })
	return outcome{call: c.call, answer: answer, err: err, took: time.Since(began)}
}
