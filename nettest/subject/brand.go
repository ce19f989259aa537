package subject

import (
	"context"
	"fmt"
	"runtime/pprof"
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
	if b == "" {
		return nil
	}
	var profile strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		return []string{err.Error()}
	}
	label := fmt.Sprintf("%q:%q", brandKey, string(b))
	var all []string
	for entry := range strings.SplitSeq(profile.String(), "\n\n") {
		addrs, stack, _ := strings.Cut(entry, "\n#\t")
		if strings.Contains(addrs, label) && !strings.Contains(stack, "subject.Brand.Goroutines") {
			all = append(all, "\t"+strings.ReplaceAll(stack, "\n#\t", "\n\t"))
		}
	}
	return all
}
