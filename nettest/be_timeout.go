package nettest

import (
	"context"
	"os"

	"github.com/onsi/gomega/types"
)

// BeTimeout succeeds if the error says that the time was up: os.ErrDeadlineExceeded,
// context.DeadlineExceeded, or any error with a Timeout method that returns true, such
// as ETIMEDOUT or a net.Error, however wrapped. A context that was canceled has not
// timed out.
func BeTimeout() types.GomegaMatcher { return beTimeout() }

func beTimeout() *errorMatcher {
	return &errorMatcher{"BeTimeout", "that the time was up (a timeout or deadline)", func(err error) bool {
		return isAny(err, append(alsoTimeout, os.ErrDeadlineExceeded, context.DeadlineExceeded)...) || !walk(err, 0, inTime)
	}}
}

// inTime reports whether err itself is no timeout. A wrapper such as net.OpError does
// not look far enough down.
func inTime(err error, _ int) bool {
	t, ok := err.(interface{ Timeout() bool })
	return !ok || isNil(err) || !t.Timeout()
}
