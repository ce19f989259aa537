package subject

import (
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// A Brand marks goroutines: those that carry it, and those that they start, wherever
// that is. So what a subject started can be told from whatever else its process runs. It is a
// pprof label, and is in profiles and in tracebacks with labels, too. The zero value marks none.
type Brand string

// brandKey is the label's key.
const brandKey = "fakewire subject"

var brands atomic.Int64

// Branded runs f with a brand of its own, and returns its error. The goroutine gets back the labels of ctx, which
// is where it takes those that the brand is added to.
//
// Code that sets labels by a context of its own, as by pprof.Do, takes the brand off the goroutines that it
// starts meanwhile.
func Branded(ctx context.Context, f func(b Brand) error) (err error) {
	b := Brand(strconv.FormatInt(brands.Add(1), 10))
	pprof.Do(ctx, pprof.Labels(brandKey, string(b)), func(context.Context) { err = f(b) })
	return err
}

// Goroutines returns the stacks of the goroutines that carry the brand, except the
// caller's own. Goroutines with the same stack count as one.
func (b Brand) Goroutines() []string {
	if b == "" || !maybeSubjects() {
		return nil
	}
	all, err := profiled()
	if err != nil {
		return []string{err.Error()}
	}
	var stacks []string
	for _, e := range all {
		if e.carries(b) {
			stacks = append(stacks, e.stack)
		}
	}
	return stacks
}

// maybeSubjects reports whether there are goroutines that may be a subject's: not those of fake servers, of this module's searches and of what
// runs tests. It is what most have, and to ask for labels takes ten times as long.
func maybeSubjects() bool {
	n := runtime.NumGoroutine()
	for {
		records := make([]runtime.StackRecord, n+10)
		var ok bool
		if n, ok = runtime.GoroutineProfile(records); ok {
			return slices.ContainsFunc(records[:n], func(r runtime.StackRecord) bool { return maybeSubject(r.Stack()) })
		}
	}
}

// maybeSubject goes by the function that a goroutine began with. Of a deep stack the profile does not have that: it may be a subject's, unless it is
// the caller's own.
func maybeSubject(stack []uintptr) bool {
	name := func(i int) string {
		if i < 0 || runtime.FuncForPC(stack[i]-1) == nil {
			return "" // it has not run yet
		}
		return runtime.FuncForPC(stack[i] - 1).Name()
	}
	began := len(stack) - 1
	for _, around := range []string{"runtime.goexit", "sync.(*WaitGroup).Go.func1"} {
		if name(began) == around {
			began--
		}
	}
	isPrefix := func(prefix string) bool { return strings.HasPrefix(name(began), prefix) }
	if slices.ContainsFunc(notSubjects, isPrefix) {
		return false
	}
	for i := range stack {
		if strings.HasSuffix(name(i), "/subject.Brand.Goroutines") {
			return false
		}
	}
	return true
}

// notSubjects are what the names of functions begin with that no subject's goroutine begins with.
var notSubjects = []string{
	"runtime.", "testing.", "os/signal.",
	"github.com/fakewire/fakewire/fakeserver.", "github.com/fakewire/fakewire/fakeserver/internal/", "github.com/fakewire/fakewire/nettest/explore.(*",
}

// An entry is goroutines with the same stack and labels, in a profile.
type entry struct {
	top    string // the name of the innermost function, which may be the runtime's
	labels string
	stack  string
}

// profiled returns the goroutines of the process, except the caller's own.
func profiled() (all []entry, err error) {
	var profile strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		return nil, err
	}
	for text := range strings.SplitSeq(profile.String(), "\n\n") {
		head, stack, _ := strings.Cut(text, "\n#\t") // one that has not run yet has no stack
		_, addrs, ok := strings.Cut(head, "@ ")
		if !ok || strings.Contains(stack, "subject.profiled") {
			continue
		}
		e := entry{labels: head, stack: "\t" + strings.ReplaceAll(stack, "\n#\t", "\n\t")}
		first, _, _ := strings.Cut(addrs, " ")
		if pc, err := strconv.ParseUint(strings.TrimSpace(first), 0, 64); err == nil && pc > 0 {
			if f := runtime.FuncForPC(uintptr(pc) - 1); f != nil {
				e.top = f.Name()
			}
		}
		all = append(all, e)
	}
	return all, nil
}

// carries reports whether the goroutines carry a brand.
func (e entry) carries(b Brand) bool {
	return strings.Contains(e.labels, fmt.Sprintf("%q:%q", brandKey, string(b)))
}
