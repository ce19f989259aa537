package scenarios

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// moreTrials is how many trials follow the first that broke the promise, where there are more:
// they run at once, since a subject that hangs in one may hang in each.
const moreTrials = 4

// goingOn is abreast for the trials of one promise. It goes on after the first that broke it,
// with those already under way and some of the others, and says in which ways it is broken, so
// that one bug does not hide another. Any other error ends it.
func goingOn[S any](limit int, subject func() S, n int, f func(i int, subject func() S) error) error {
	tried, errs := make([]bool, n), make([]error, n)
	try := func(i int, subject func() S) error {
		errs[i] = f(i, subject)
		tried[i] = true
		return errs[i]
	}
	first := abreast(limit, subject, n, try)
	if !errors.Is(first, ErrBroken) {
		return first
	}
	var left []int
	for i, done := range tried {
		if !done {
			left = append(left, i)
		}
	}
	more := spread(len(left), moreTrials)
	abreast(len(more), subject, len(more), func(i int, subject func() S) error {
		try(left[more[i]], subject)
		return nil
	})
	return brokenWays(errs)
}

// inTurn is goingOn for a few trials, one after another.
func inTurn(trials ...func() error) error {
	errs := make([]error, len(trials))
	for i, try := range trials {
		if errs[i] = try(); errs[i] != nil && !errors.Is(errs[i], ErrBroken) {
			break
		}
	}
	return brokenWays(errs)
}

// brokenWays returns the first of the errors of a promise's trials. If that one broke it, it
// says of the others in which ways they did, each way once.
func brokenWays(errs []error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	switch {
	case len(errs) == 0:
		return nil
	case !errors.Is(errs[0], ErrBroken):
		return errs[0]
	}
	errs = slices.DeleteFunc(errs, func(err error) bool { return !errors.Is(err, ErrBroken) })
	var also strings.Builder
	for left := errs; len(left) > 0; {
		way, n := wayOf(left[0]), len(left)
		if n < len(errs) {
			fmt.Fprintf(&also, "\nand in another way: %v", withoutKind(left[0]))
		}
		left = slices.DeleteFunc(slices.Clone(left), func(err error) bool { return wayOf(err) == way })
		if same := n - len(left) - 1; same > 0 {
			fmt.Fprintf(&also, "\nand in this way in %d more of its trials", same)
		}
	}
	return &brokenInWays{errs[0], also.String()}
}

// brokenInWays is the error of the first trial that broke a promise, and what there is to say
// of the others.
type brokenInWays struct {
	error
	also string
}

func (b *brokenInWays) Error() string { return b.error.Error() + b.also }

func (b *brokenInWays) Unwrap() error { return b.error }

// particulars are what differs in the words of errors that say the same.
var particulars = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\d+`)

// wayOf returns what an error about a trial says, without its particulars: what was found,
// and not where.
func wayOf(err error) string {
	text := err.Error()
	var parts interface{ Unwrap() []error } // ErrBroken, and what was found
	if errors.As(err, &parts) {
		text = errors.Join(parts.Unwrap()[1:]...).Error()
	}
	text, _, _ = strings.Cut(text, "\n") // without the stack of a panic
	return particulars.ReplaceAllString(text, "#")
}

// withoutKind returns the text of an error about a broken promise, without the words that all
// of them begin with.
func withoutKind(err error) string {
	return strings.TrimPrefix(err.Error(), ErrBroken.Error()+": ")
}
