package scenarios

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// breaks are what was found in several trials. A subject that breaks a promise in two ways
// has two bugs, and the first is not to hide the second; but of one that breaks it at each of
// a hundred bytes, one says enough.
type breaks struct {
	kinds []*kindOfBreak // in the order of their first ones
	other error          // the first that is no broken promise
}

// A kindOfBreak is one way to break a promise.
type kindOfBreak struct {
	kind  string
	first error
	more  int
}

// add adds what a trial came to: nil, if nothing was found.
func (f *breaks) add(err error) {
	switch {
	case err == nil:
	case !errors.Is(err, ErrBroken):
		if f.other == nil || errors.Is(err, ErrSubject) && !errors.Is(f.other, ErrSubject) {
			f.other = err
		}
	default:
		kind := likeness(err)
		for _, k := range f.kinds {
			if k.kind == kind {
				k.more++
				return
			}
		}
		f.kinds = append(f.kinds, &kindOfBreak{kind: kind, first: err})
	}
}

// some reports whether anything was found.
func (f *breaks) some() bool { return f.kinds != nil || f.other != nil }

// final reports whether what was found makes further trials pointless: the subject lacks
// something, or the run was interrupted.
func (f *breaks) final() bool {
	return errors.Is(f.other, ErrSubject) || errors.Is(f.other, errInterrupted)
}

// err returns what was found as one error. What says of a subject that it can't be put to the
// test goes before what says that it broke the promise, and that before all doubts.
func (f *breaks) err() error {
	switch {
	case f.kinds == nil, f.final():
		return f.other
	case len(f.kinds) == 1 && f.kinds[0].more == 0:
		return f.kinds[0].first
	}
	return &manyBreaks{f.kinds}
}

// maxKinds is how many kinds of breaks are told in full.
const maxKinds = 6

// manyBreaks is the error about a promise that was broken more than once. The evidence is the
// first one's.
type manyBreaks struct{ kinds []*kindOfBreak }

func (e *manyBreaks) Unwrap() error { return e.kinds[0].first }

func (e *manyBreaks) Error() string {
	var b strings.Builder
	for i, k := range e.kinds[:min(len(e.kinds), maxKinds)] {
		text := k.first.Error()
		if i > 0 {
			text = "\nand " + strings.TrimPrefix(text, ErrBroken.Error()+": ")
		}
		b.WriteString(text)
		if k.more > 0 {
			fmt.Fprintf(&b, " (and %d more like this)", k.more)
		}
	}
	if left := len(e.kinds) - maxKinds; left > 0 {
		fmt.Fprintf(&b, "\nand %d other kinds", left)
	}
	return b.String()
}

// A breach is what a subject did on a wire of the kind what. sort is ErrBroken, or what else
// that means.
type breach struct {
	sort error
	what string
	err  error
}

func (f *breach) Error() string   { return fmt.Sprintf("%v: %s: %v", f.sort, f.what, f.err) }
func (f *breach) Unwrap() []error { return []error{f.sort, f.err} }

var digits = regexp.MustCompile(`[0-9]+`)

// likeness returns what breaks that are alike have in common: the kind of the wire, but for the
// numbers in it, and what the subject did there.
func likeness(err error) string {
	what, did := "", err.Error()
	if f, ok := errors.AsType[*breach](err); ok {
		what, did = f.what, f.err.Error()
	}
	if m, ok := errors.AsType[*misconduct](err); ok {
		did = string(m.How)
	} else if u, ok := errors.AsType[*unwanted](err); ok {
		did = u.outcome.kind()
	}
	did, _, _ = strings.Cut(did, "\n") // without the stack of a panic
	return digits.ReplaceAllString(what+": "+did, "#")
}
