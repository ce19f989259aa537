package subject

import "strings"

// AtWork returns the stacks of the goroutines that carry the brand and don't wait for others, except the caller's own: what
// they do takes processor time as soon as there is some, unless they are in a system call that waits. others reports whether
// there are goroutines without the brand that do, but for those in a system call: then processor time may be theirs.
func (b Brand) AtWork() (stacks []string, others bool) {
	all, err := profiled()
	if err != nil {
		return nil, true
	}
	for _, e := range all {
		switch {
		case e.waits():
		case e.carries(b):
			stacks = append(stacks, e.stack)
		case !e.calls():
			others = true
		}
	}
	return stacks, others
}

// waits reports whether goroutines wait for others, for a timer or the network.
func (e entry) waits() bool {
	switch e.top {
	case "runtime.gopark", "runtime.goparkunlock", "runtime.notetsleepg", "os/signal.signal_recv":
		return true
	}
	return false
}

// calls reports whether goroutines are in a system call, or in C.
func (e entry) calls() bool {
	return e.top == "runtime.cgocall" || strings.HasPrefix(e.top, "syscall.") || strings.HasPrefix(e.top, "internal/runtime/syscall")
}
