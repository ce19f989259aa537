package match

import (
	"fmt"

	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"
)

// A count is what a number is compared with: an int or a matcher.
type count struct {
	n       int
	matcher types.GomegaMatcher // nil: n
	err     error               // why there is nothing to compare with
}

// newCount returns the count for x, which a user gave; method is for errors.
func newCount(method string, x any) count {
	switch x := x.(type) {
	case int:
		if x < 0 {
			return count{err: misuse("%s(%d): no count is negative", method, x)}
		}
		return count{n: x}
	case types.GomegaMatcher:
		if !isNil(x) {
			return count{matcher: x}
		}
	}
	return count{err: misuse("%s(n): n must be an int or a matcher, not %s", method, describe(x))}
}

func (c count) is(n int) (bool, error) {
	if c.matcher == nil {
		return n == c.n, nil
	}
	ok, err := c.matcher.Match(n)
	if err != nil {
		return false, misuse("the matcher, which gets an int, says: %v", err)
	}
	return ok, nil
}

// isPast reports whether a number that only grows can't become the count again, since
// it is n.
func (c count) isPast(n int) bool { return c.matcher == nil && n > c.n }

// String returns the count for people.
func (c count) String() string {
	if c.matcher == nil {
		return fmt.Sprint(c.n)
	}
	return "as many as satisfy\n" + format.Object(c.matcher, 1)
}
