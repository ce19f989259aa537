package match

import (
	"syscall"

	"github.com/onsi/gomega/types"
)

// BeBrokenPipe succeeds if the error says that what was written is no longer read:
// EPIPE, however wrapped. After the other side has closed, the first Write still
// succeeds, and is answered with a reset; it is the second that fails.
func BeBrokenPipe() types.GomegaMatcher { return beBrokenPipe() }

func beBrokenPipe() *errorMatcher {
	return &errorMatcher{"BeBrokenPipe", "that the pipe is broken (EPIPE)", func(err error) bool {
		return isAny(err, append(alsoBrokenPipe, syscall.EPIPE)...)
	}}
}
