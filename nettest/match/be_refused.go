package match

import (
	"syscall"

	"github.com/onsi/gomega/types"
)

// BeRefused succeeds if the error says that the connection was refused: ECONNREFUSED,
// however wrapped. A connected UDP socket says so at the call after the one whose datagram
// was refused.
func BeRefused() types.GomegaMatcher { return beRefused() }

func beRefused() *errorMatcher {
	return &errorMatcher{"BeRefused", "that the connection was refused (ECONNREFUSED)", func(err error) bool {
		return isAny(err, append(alsoRefused, syscall.ECONNREFUSED)...)
	}}
}
