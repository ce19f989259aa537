package scenarios

import (
	"context"
	"time"
)

// WithSlack returns a context in which subjects are given up on after d in place of
// two seconds.
func WithSlack(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, slackKey{}, d)
}

// WithRealBound returns a context in which a promise in memory is given up on after d of
// real time.
func WithRealBound(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, realBoundKey{}, d)
}
