package match

import (
	"context"
	"os"

	"github.com/onsi/gomega/types"
)

// BeTimeout succeeds if the error says that the time was up: os.ErrDeadlineExceeded,
// context.DeadlineExceeded, or any error with a Timeout method that returns true, such
// as ETIMEDOUT or a net.Error, however wrapped. That a context was canceled is not a
// timeout.
func BeTimeout() types.GomegaMatcher { return beTimeout() }

func beTimeout() *errorMatcher {
	return &errorMatcher{"BeTimeout", "that the time was up (a timeout or deadline)", func(err error) bool {
		return isAny(err, append(alsoTimeout, os.ErrDeadlineExceeded, context.DeadlineExceeded)...) || !walk(err, 0, isNoTimeout)
	}}
}

// isNoTimeout reports whether err itself is not a timeout. The Timeout method of a
// wrapper such as net.OpError looks only one level down, so each level is asked.
func isNoTimeout(err error, _ int) bool {
	t, ok := err.(interface{ Timeout() bool })
	return !ok || isNil(err) || !t.Timeout()
}
