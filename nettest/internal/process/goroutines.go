package process

import (
	"runtime"
	"strings"
)

// A Goroutine is one as the runtime shows it.
type Goroutine struct {
	ID      string
	Creator string // the ID of the one that started it, or "" if the runtime does not say
	Stack   string // its stack trace, which begins with "goroutine 7 [select]:"
}

// Goroutines returns all goroutines but the caller's.
func Goroutines() (all []Goroutine) {
	for i, stack := range strings.Split(strings.TrimRight(stacks(), "\n"), "\n\n") {
		if i > 0 { // the caller's is first
			all = append(all, Goroutine{idOf(stack), creatorOf(stack), stack})
		}
	}
	return all
}

// Self returns the ID of the caller's goroutine.
func Self() string {
	var buf [64]byte
	return idOf(string(buf[:runtime.Stack(buf[:], false)]))
}

// Family returns, of some goroutines, the one that has this ID and those that it started, directly or
// by others that are still there.
func Family(all []Goroutine, id string) (family []Goroutine) {
	in := map[string]bool{id: true}
	for grown := true; grown; {
		grown = false
		for _, g := range all {
			if in[g.Creator] && !in[g.ID] {
				in[g.ID], grown = true, true
			}
		}
	}
	for _, g := range all {
		if in[g.ID] {
			family = append(family, g)
		}
	}
	return family
}

// Maker returns the function whose go statement started the goroutine, or "".
func (g Goroutine) Maker() string {
	_, maker, _ := strings.Cut(g.Stack, "\ncreated by ")
	maker, _, _ = strings.Cut(maker, "\n")
	maker, _, _ = strings.Cut(maker, " in goroutine ")
	return maker
}

// stacks returns the stack traces of all goroutines.
func stacks() string {
	for size := 64 << 10; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size {
			return string(buf[:n])
		}
	}
}

func idOf(stack string) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
	return id
}

func creatorOf(stack string) string {
	_, made, _ := strings.Cut(stack, "\ncreated by ")
	made, _, _ = strings.Cut(made, "\n")
	_, id, _ := strings.Cut(made, " in goroutine ")
	return id
}
