package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// client is what TCPClient and UDPClient have in common.
type client struct {
	do     func(ctx context.Context, addr string) (string, error)
	open   func(ctx context.Context, addr string) (Session, error) // nil: no sessions
	want   string
	within time.Duration
	listen func(fault.Plan) (peer, error)
}

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

// clientSubject is a subject that is a client.
type clientSubject interface {
	TCPClient | UDPClient
	client() (client, error)
}

// A trial is one exchange on a wire that misbehaves.
type trial struct {
	what string // it reads after the promise's name
	plan fault.Plan
}

// An outcome is what a client made of a trial.
type outcome struct {
	call   string // what was called
	answer string
	err    error
	took   time.Duration
}

// String returns the outcome as an assertion shows it.
func (o outcome) String() string {
	if isMisconduct(o.err) {
		return o.err.Error()
	}
	return fmt.Sprintf("%s = %q, %v after %v", o.call, o.answer, o.err, o.took.Round(time.Microsecond))
}

// inTrials makes a promise's check of its two halves: the trials, which depend on
// what the server sends on a healthy wire, and a judge, who says what is wrong
// with an outcome, or nothing.
func inTrials[S clientSubject](trials func(healthy transcript.Transcript) ([]trial, error), judge func(c client, o outcome) string) func(context.Context, func() S) error {
	return func(ctx context.Context, subject func() S) error {
		healthy, err := exchange(ctx, subject, trial{what: "on a healthy wire"}, ErrUnproved, wantAnswer)
		if err != nil {
			return err
		}
		all, err := trials(healthy)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUnproved, err)
		}
		for _, t := range all {
			if _, err := exchange(ctx, subject, t, ErrBroken, judge); err != nil {
				return err
			}
		}
		return nil
	}
}

// exchange lets the subject do its work once, on a server of its own, and returns
// the record. The judge's finding becomes an error of the given kind.
func exchange[S clientSubject](ctx context.Context, subject func() S, t trial, kind error, judge func(c client, o outcome) string) (transcript.Transcript, error) {
	c, err := subject().client()
	if err != nil {
		return transcript.Transcript{}, err
	}
	srv, err := c.listen(t.plan)
	if err != nil {
		return transcript.Transcript{}, err
	}
	o := c.attempt(ctx, srv.Addr())
	unproved := srv.proved()
	if errors.Is(o.err, ErrUnproved) {
		return srv.Transcript(), srv.show(o.err)
	}
	if finding := judge(c, o); finding != "" {
		return srv.Transcript(), srv.show(fmt.Errorf("%w: %s: %v, %s", kind, t.what, o, finding))
	}
	if unproved != nil {
		return srv.Transcript(), srv.show(fmt.Errorf("%w: %s: %w", ErrUnproved, t.what, unproved))
	}
	return srv.Transcript(), nil
}

// attempt calls Do.
func (c client) attempt(ctx context.Context, addr string) outcome {
	answers := make(chan string, 1) // not a variable: a Do that hangs may still come back
	began := time.Now()
	err := call(ctx, c.within, "Do", func(ctx context.Context) error {
		answer, err := c.do(ctx, addr)
		answers <- answer
		return err
	})
	o := outcome{call: "Do", err: err, took: time.Since(began)}
	select {
	case o.answer = <-answers:
	default:
	}
	return o
}

// wantAnswer judges that Do must give what it gives on a healthy wire.
func wantAnswer(c client, o outcome) string {
	if o.err == nil && o.answer == c.want {
		return ""
	}
	return fmt.Sprintf("want %q, <nil>", c.want)
}

// wantError judges that Do must give an error, in time.
func wantError(c client, o outcome) string {
	if o.err != nil && !isMisconduct(o.err) {
		return ""
	}
	return fmt.Sprintf("want an error within %v", c.within)
}

// longest returns the connection or peer of t to which the server sent the most,
// which is the one with the reply.
func longest(t transcript.Transcript) transcript.Transcript {
	var best transcript.Transcript
	for n := 1; n <= t.Conns(); n++ {
		if c := t.Conn(n); n == 1 || sent(c) > sent(best) {
			best = c
		}
	}
	return best
}

// sent returns how many bytes the server sent in t.
func sent(t transcript.Transcript) int64 {
	var sum int64
	for e := range t.All() {
		if e.Direction == transcript.ToClient {
			sum += e.Size()
		}
	}
	return sum
}
