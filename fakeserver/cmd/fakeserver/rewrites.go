package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/rematch"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// rewrites are what two flags say that a proxy changes, in their order.
type rewrites struct{ all []fakeserver.Rewrite }

func (r *rewrites) addTo(flags *pflag.FlagSet) {
	flags.Var(&rewriteFlag{r, false, nil}, "replace", "replace a text by another: [from-client:|to-client:]OLD=>NEW; may be given several times")
	flags.Var(&rewriteFlag{r, true, nil}, "replace-match", "replace what a regular expression matches: [from-client:|to-client:]REGEXP=>NEW; may be given several times")
}

// A rewriteFlag is one of the two.
type rewriteFlag struct {
	all     *rewrites
	pattern bool // OLD is one
	texts   []string
}

func (f *rewriteFlag) String() string { return strings.Join(f.texts, " ") }

func (f *rewriteFlag) Type() string { return "OLD=>NEW" }

func (f *rewriteFlag) Set(text string) error {
	directions, rest := directionsOf(text)
	old, with, found := strings.Cut(rest, "=>")
	if !found || old == "" {
		return errors.New("want OLD=>NEW, with from-client: or to-client: before it where it is for one direction")
	}
	w := fakeserver.Rewrite{Pattern: old, With: with}
	if !f.pattern {
		var err error
		if w, err = literal(old, with); err != nil {
			return err
		}
	}
	if _, err := rematch.Compile(w.Pattern); err != nil {
		return err
	}
	for _, d := range directions {
		w.Direction = d
		f.all.all = append(f.all.all, w)
	}
	f.texts = append(f.texts, text)
	return nil
}

// directionsOf takes a direction from before a text.
func directionsOf(text string) (directions []transcript.Direction, rest string) {
	if rest, ok := strings.CutPrefix(text, "from-client:"); ok {
		return []transcript.Direction{transcript.FromClient}, rest
	}
	if rest, ok := strings.CutPrefix(text, "to-client:"); ok {
		return []transcript.Direction{transcript.ToClient}, rest
	}
	return []transcript.Direction{transcript.FromClient, transcript.ToClient}, text
}

// literal returns the rewrite of a text.
func literal(old, with string) (w fakeserver.Rewrite, err error) {
	if old, err = unescape(old); err != nil {
		return w, err
	}
	if with, err = unescape(with); err != nil {
		return w, err
	}
	if !utf8.ValidString(old) {
		return w, fmt.Errorf("%q is not UTF-8: use the fault replace in a plan", old)
	}
	return fakeserver.Rewrite{Pattern: regexp.QuoteMeta(old), With: strings.ReplaceAll(with, "$", "$$")}, nil
}
