package match

import (
	"errors"
	"io"

	"github.com/onsi/gomega/types"
)

// BeEOF succeeds if the error is io.EOF, however wrapped: the stream has ended in order.
// io.ErrUnexpectedEOF, which says that it ended in the middle of something, does not match.
func BeEOF() types.GomegaMatcher { return beEOF() }

func beEOF() *errorMatcher {
	return &errorMatcher{"BeEOF", "that the stream has ended (io.EOF)", func(err error) bool {
		return errors.Is(err, io.EOF)
	}}
}

const unexpectedEOF = "It is io.ErrUnexpectedEOF: the stream ended in the middle of something. BeEOF is for io.EOF only; see MatchError(io.ErrUnexpectedEOF)."

func isUnexpectedEOF(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }
