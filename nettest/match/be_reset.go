package match

import (
	"syscall"

	"github.com/onsi/gomega/types"
)

// BeReset succeeds if the error says that the connection was reset: ECONNRESET, however
// wrapped. On Linux only the first call after the reset says so. Then a Read returns
// io.EOF, and a Write EPIPE, for which there are [BeEOF] and [BeBrokenPipe].
func BeReset() types.GomegaMatcher { return beReset() }

func beReset() *errorMatcher {
	return &errorMatcher{"BeReset", "that the connection was reset (ECONNRESET)", func(err error) bool {
		return isAny(err, append(alsoReset, syscall.ECONNRESET)...)
	}}
}
