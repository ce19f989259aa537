package nettest

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// modulePath is what the import paths of this module begin with.
var modulePath = strings.TrimSuffix(reflect.TypeFor[frame]().PkgPath(), "/nettest")

// Limits of what a failure shows of a bubble's goroutines.
const (
	maxGoroutines = 8
	maxFrames     = 8 // of each
)

// briefStacks returns the part of the goroutines' stacks that a user can do something about:
// the calls into this module, and the frames outside of this module, of what it calls, and of
// what runs a test. Goroutines without such frames are counted.
func briefStacks(stacks []string) string {
	var shown []string
	for _, g := range stacks {
		if text := briefStack(g); text != "" {
			shown = append(shown, text)
		}
	}
	rest := len(stacks) - len(shown)
	switch {
	case len(shown) > maxGoroutines:
		rest += len(shown) - maxGoroutines
		shown = append(shown[:maxGoroutines], fmt.Sprintf("(%d more)", rest))
	case rest > 0:
		shown = append(shown, fmt.Sprintf("(%d more of the servers', the network's and the test's own)", rest))
	}
	return strings.Join(shown, "\n\n")
}

// A frame is two lines of a stack trace.
type frame struct{ function, file string }

// String returns the two lines.
func (f frame) String() string { return f.function + "\n" + f.file }

// briefStack is briefStacks for one goroutine, or "" if there is nothing to show.
func briefStack(stack string) string {
	head, frames := framesOf(stack)
	var kept []frame // from the outermost
	users, outer := false, true
	for _, f := range slices.Backward(frames) {
		function, created := strings.CutPrefix(f.function, "created by ")
		switch {
		case isMachinery(function):
		case isOurs(function, f.file):
			if outer && users && !created {
				kept = append(kept, f)
			}
			outer = false
		case created:
			kept = append(kept, f)
			users = true
		case outer || !isStandard(f.file):
			kept = append(kept, f)
			users, outer = true, true
		}
	}
	if !users {
		return ""
	}
	if len(kept) > maxFrames {
		kept = append(kept[:1:1], kept[len(kept)-maxFrames+1:]...)
	}
	for _, f := range slices.Backward(kept) {
		head += "\n" + f.String()
	}
	return head
}

// framesOf splits a stack trace.
func framesOf(stack string) (head string, frames []frame) {
	lines := strings.Split(strings.TrimRight(stack, "\n"), "\n")
	for i := 1; i+1 < len(lines); i += 2 {
		frames = append(frames, frame{lines[i], lines[i+1]})
	}
	return lines[0], frames
}

// isStandard reports whether a file in a stack trace belongs to the standard library: it is
// in the same directory as package strings, or, if the program was built with -trimpath, its
// path begins without a dot.
func isStandard(file string) bool {
	file = strings.TrimSpace(file)
	if standardRoot != "" {
		return strings.HasPrefix(file, standardRoot)
	}
	first, _, _ := strings.Cut(file, "/")
	return !strings.Contains(first, ".")
}

// standardRoot is where the standard library is.
var standardRoot = func() string {
	file, _ := runtime.FuncForPC(reflect.ValueOf(strings.Cut).Pointer()).FileLine(0)
	root, _, _ := strings.Cut(file, "strings/strings.go")
	return root
}()

// isOurs reports whether a function is one of this module's servers or networks, rather
// than of a test of theirs.
func isOurs(function, file string) bool {
	rest, ok := strings.CutPrefix(function, modulePath+"/")
	return ok && !strings.Contains(file, "_test.go:") &&
		slices.ContainsFunc([]string{"fakeserver.", "fakeserver/", "nettest.", "nettest/"}, func(tree string) bool {
			return strings.HasPrefix(rest, tree)
		})
}

// isMachinery reports whether a function belongs to what runs a test, in a bubble or not.
func isMachinery(function string) bool {
	return slices.ContainsFunc([]string{
		"runtime.", "internal/runtime/", "internal/synctest.", "testing.", "testing/synctest.",
		modulePath + "/nettest.(*bubble", modulePath + "/nettest.Bubble",
	}, func(prefix string) bool { return strings.HasPrefix(function, prefix) })
}
