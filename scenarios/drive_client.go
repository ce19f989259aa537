package scenarios

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// client is what TCPClient and UDPClient have in common.
type client struct {
	do     func(ctx context.Context, addr string) (string, error)
	open   func(ctx context.Context, addr string) (Session, error) // nil: no sessions
	call   string                                                  // what do is called
	want   string
	within time.Duration
	listen func(context.Context, fault.Plan) (peer, error)
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
	what  string // it reads after the promise's name
	plan  fault.Plan
	ready func(srv peer) error // what to do to the server before the client works; may be nil
	kind  error                // of what is found; nil: ErrBroken

	session bool // the client has to have sessions
}

// rehearsal is a trial in which nothing goes wrong. A client that does not work there
// can't be put to the test.
var rehearsal = trial{what: "on a healthy wire", kind: ErrInconclusive}

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
	return fmt.Sprintf("%s = %s, %v after %v", o.call, quote(o.answer), o.err, o.took.Round(time.Microsecond))
}

// quote quotes an answer, of which it leaves out what is too long to be looked at.
func quote(answer string) string {
	const most = 200
	if len(answer) <= most {
		return strconv.Quote(answer)
	}
	return fmt.Sprintf("%q… (%d bytes)", answer[:most], len(answer))
}

// inTrials makes a promise's check of its two halves: the trials, which depend on
// what the server sends on a healthy wire, and a judge, who says what is wrong
// with an outcome, or nothing.
//
// They follow one another, as long as none takes long. So that a sweep does not take
// minutes with a client that waits before it tries again, the others then run abreast,
// each with a subject and a server of its own.
func inTrials[S clientSubject](trials func(healthy transcript.Transcript) ([]trial, error), judge func(c client, o outcome) string) func(context.Context, func() S) error {
	return inBatches[S](1, trials, judge)
}

// inTrialsThatWait is inTrials for what makes the client wait for its deadline: the
// trials run abreast from the beginning.
func inTrialsThatWait[S clientSubject](trials func(healthy transcript.Transcript) ([]trial, error), judge func(c client, o outcome) string) func(context.Context, func() S) error {
	return inBatches[S](mostAtOnce, trials, judge)
}

// inBatches makes a check that runs so many trials at once, at first.
func inBatches[S clientSubject](first int, trials func(healthy transcript.Transcript) ([]trial, error), judge func(c client, o outcome) string) func(context.Context, func() S) error {
	return func(ctx context.Context, subject func() S) error {
		healthy, err := exchange(ctx, subject, rehearsal, wantAnswer)
		if err != nil {
			return err
		}
		all, err := trials(healthy)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrInconclusive, err)
		}
		for at, abreast := 0, first; at < len(all); {
			began, batch := time.Now(), all[at:min(len(all), at+abreast)]
			err := atOnce(subject, len(batch), func(i int, subject func() S) error {
				_, err := exchange(ctx, subject, batch[i], judge)
				return err
			})
			if err != nil {
				return err
			}
			if at += len(batch); time.Since(began) > long {
				abreast = mostAtOnce
			}
		}
		return nil
	}
}

// long is what an exchange may take before several run at once.
const long = 50 * time.Millisecond

// serve starts a server at the end of t's wire.
func (c client) serve(ctx context.Context, t trial) (peer, error) {
	srv, err := c.listen(ctx, t.plan)
	if err != nil || t.ready == nil {
		return srv, err
	}
	if err := t.ready(srv); err != nil {
		return srv, fmt.Errorf("%w: %s: %w", ErrInconclusive, t.what, errors.Join(err, srv.Close()))
	}
	return srv, nil
}

// exchange lets the subject do its work once, on a server of its own, and returns
// the record. The judge's finding becomes an error of t's kind.
func exchange[S clientSubject](ctx context.Context, subject func() S, t trial, judge func(c client, o outcome) string) (transcript.Transcript, error) {
	c, err := subject().client()
	if err != nil {
		return transcript.Transcript{}, err
	}
	srv, err := c.serve(ctx, t)
	if err != nil {
		return transcript.Transcript{}, err
	}
	o := c.attempt(ctx, srv.Addr())
	unproved := srv.proved()
	if errors.Is(o.err, ErrInconclusive) {
		return srv.Transcript(), srv.show(o.err)
	}
	if finding := judge(c, o); finding != "" {
		return srv.Transcript(), srv.show(fmt.Errorf("%w: %s: %w", cmp.Or(t.kind, ErrBroken), t.what, o.but("%s", finding)))
	}
	if unproved != nil {
		return srv.Transcript(), srv.show(fmt.Errorf("%w: %s: %w", ErrInconclusive, t.what, unproved))
	}
	return srv.Transcript(), nil
}

// attempt calls do.
func (c client) attempt(ctx context.Context, addr string) outcome {
	answers := make(chan string, 1) // not a variable: a Do that hangs may still come back
	began := time.Now()
	err := call(ctx, c.within, c.call, func(ctx context.Context) error {
		answer, err := c.do(ctx, addr)
		answers <- answer
		return err
	})
	o := outcome{call: c.call, err: err, took: time.Since(began)}
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
	return fmt.Sprintf("want %s, <nil>", quote(c.want))
}

// wantError judges that Do must give an error, in time.
func wantError(c client, o outcome) string {
	if o.err != nil && !isMisconduct(o.err) {
		return ""
	}
	return fmt.Sprintf("want an error within %v", c.within)
}

// wantErrorOfPart is wantError where a part of the reply came. That it was all that the
// client waits for is the Handler's mistake.
func wantErrorOfPart(c client, o outcome) string {
	finding := wantError(c, o)
	if finding != "" && o.err == nil && o.answer == c.want {
		finding += "; this is its whole answer: what the client does not wait for, the Handler is not to send"
	}
	return finding
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
