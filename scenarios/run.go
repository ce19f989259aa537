package scenarios

import (
	"context"
	"errors"
	"fmt"
	"runtime/pprof"
	"strings"
)

// Run puts one promise to the test, without Ginkgo. It calls subject anew for
// each exchange. It returns nil if the promise was kept, and otherwise an error
// that names the promise, says what happened, and shows the rules' outcomes, the
// seed, if one was drawn from, and the record, which is also written as a whole to a
// file in $FAKEWIRE_ARTIFACTS, if that names a directory. The error wraps ErrBroken if
// the subject broke its promise, ErrInconclusive if that could not be found out, and
// ErrSubject if the subject lacks something.
//
// Run returns within the subject's own bounds. When ctx is done, it returns at
// once.
func Run[S Subject](ctx context.Context, p Promise[S], subject func() S) error {
	return p.failure(p.try(ctx, subject))
}

// try puts the promise to the test. Goroutines that the subject starts inherit the label, so that
// a crash in one of them can name the promise.
func (p Promise[S]) try(ctx context.Context, subject func() S) (err error) {
	switch {
	case p.check == nil:
		return fmt.Errorf("%w: the promise has no check: use those of this package", ErrSubject)
	case subject == nil:
		return fmt.Errorf("%w: the function that makes it is nil", ErrSubject)
	}
	var c confidant
	pprof.Do(ctx, pprof.Labels("promise", p.Name), func(ctx context.Context) { err = p.check(ctx, confiding(&c, subject)) })
	return c.seal(err)
}

// failure returns what Run says of err: nil of nil.
func (p Promise[S]) failure(err error) error {
	if err == nil {
		return nil
	}
	return newFailure(p.Name, p.Why, err)
}

// failure is Run's error. Its text is made at once, so that printing the value, as
// with %#v, does not print a whole record as Go values.
type failure struct {
	text   string
	cause  error
	redact func(text string) string
}

func newFailure(name, why string, cause error) *failure {
	redact := redactionOf(cause)
	var b strings.Builder
	b.WriteString(redact(fmt.Sprintf("promise %q: %v\n", name, cause)))
	if errors.Is(cause, ErrBroken) {
		fmt.Fprintf(&b, "why it matters: %s\n", why)
	}
	var ev *evidenced
	if errors.As(cause, &ev) {
		b.WriteString(ev.evidence.keepRecord(name))
		b.WriteString(ev.evidence.String())
		cause = ev.error
	}
	return &failure{strings.TrimRight(b.String(), "\n"), cause, redact}
}

func (f *failure) Error() string { return f.text }

func (f *failure) Unwrap() error { return f.cause }

// Redact is for package match, which shows what errors wrap.
func (f *failure) Redact(text string) string { return f.redact(text) }

// GomegaString is what Gomega prints after the text of an error, in place of what its fields hold.
func (f *failure) GomegaString() string { return "" }
