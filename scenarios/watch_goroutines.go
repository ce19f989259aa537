package scenarios

import (
	"context"
	"fmt"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
)

// A brand marks goroutines: those that carry it, and those that they start, wherever
// that is. So what a subject started can be told from whatever else its process runs.
type brand string

const brandKey = "fakewire subject"

var brands atomic.Int64

// branded runs f with a brand of its own.
func branded(ctx context.Context, f func(b brand) error) (err error) {
	b := brand(strconv.FormatInt(brands.Add(1), 10))
	pprof.Do(ctx, pprof.Labels(brandKey, string(b)), func(context.Context) { err = f(b) })
	return err
}

// goroutines returns the stacks of the goroutines that carry the brand, except the
// caller's own. Goroutines with the same stack count as one.
func (b brand) goroutines() []string {
	var profile strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		return []string{err.Error()}
	}
	label := fmt.Sprintf("%q:%q", brandKey, string(b))
	var all []string
	for entry := range strings.SplitSeq(profile.String(), "\n\n") {
		addrs, stack, _ := strings.Cut(entry, "\n#\t")
		if strings.Contains(addrs, label) && !strings.Contains(stack, "scenarios.brand.goroutines") {
			all = append(all, "\t"+strings.ReplaceAll(stack, "\n#\t", "\n\t"))
		}
	}
	return all
}
