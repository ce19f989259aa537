package subject

import (
	"context"
	"errors"
	"fmt"
)

// ErrInterrupted is in every error that says that a context was done before the subject was, which
// says nothing about the subject. Such an error wraps the context's cause, too.
var ErrInterrupted = errors.New("subject: interrupted")

// ErrEndless is in InBubble's error about a bubble that did not end in its time.
var ErrEndless = errors.New("the bubble's clock has not come to the end: something in it works without a pause, or waits for what is outside")

// ErrStandstill is in InBubble's error about a bubble whose clock stands still. What does that in it may come to an end where the
// clock goes on.
var ErrStandstill = errors.New("the bubble's clock stands still: something in it waits for a lock")

// interrupted says of ctx, which is done, why it is.
func interrupted(ctx context.Context) error {
	return fmt.Errorf("%w: %w", ErrInterrupted, context.Cause(ctx))
}
