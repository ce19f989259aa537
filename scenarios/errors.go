package scenarios

import (
	"context"
	"errors"
	"fmt"
)

// ErrBroken is in every error about a promise that its subject broke.
var ErrBroken = errors.New("scenarios: broken promise")

// ErrInconclusive is in every error about a promise that could not be put to the
// test: the subject does not work on a healthy wire, or the fault that the
// promise is about was never reached, or the run was interrupted.
var ErrInconclusive = errors.New("scenarios: inconclusive")

// ErrSubject is in every error about a subject that lacks something, and about
// wrong arguments of Describe functions.
var ErrSubject = errors.New("scenarios: invalid subject")

// ErrLacks is in every error about a promise that a subject can't make, since it lacks what the
// promise is about: it has no sessions, no large requests, no connection that could be reset.
// It wraps ErrSubject.
var ErrLacks = fmt.Errorf("%w: it can't make this promise", ErrSubject)

// errInterrupted is in every error about a run that was.
var errInterrupted = errors.New("interrupted")

// interrupted says of ctx, which is done, why it is.
func interrupted(ctx context.Context) error {
	return fmt.Errorf("%w: %w: %w", ErrInconclusive, errInterrupted, context.Cause(ctx))
}
