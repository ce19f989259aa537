package fakeserver

import (
	"fmt"
	"runtime"
	"strings"
)

// handlerStacks finds what handlers hang in. Nothing is noted while they run: a goroutine's
// stack trace shows the arguments of its functions, and so which connection it serves. It is
// for the goroutine that closes a server.
type handlerStacks struct {
	all   []string // of the process's goroutines, when Close gave up
	shown int
}

const (
	maxStacks      = 3  // handlers that one Close shows
	maxStackFrames = 16 // of one handler: the innermost half of them, and the outermost
)

// of returns the stack in which serve, a method of this package, calls a handler with these
// arguments, pointers, in lines of its own; "" if it is not found, or if enough were shown.
func (h *handlerStacks) of(serve string, args ...any) string {
	if h.shown == maxStacks {
		return ""
	}
	if h.all == nil {
		h.all = strings.Split(stacksOfAll(), "\n\n")
	}
	pointers := make([]string, len(args))
	for i, a := range args {
		pointers[i] = fmt.Sprintf("%p", a)
	}
	for _, g := range h.all {
		if own := handlerFrames(g, packagePath+"."+serve+"(", strings.Join(pointers, ", ")); own != "" {
			h.shown++
			return "\n" + own
		}
	}
	return ""
}

// stacksOfAll returns the stacks of all goroutines.
func stacksOfAll() string {
	for size := 1 << 16; ; size *= 4 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size || size >= maxStacksSize {
			return string(buf[:n])
		}
	}
}

// maxStacksSize bounds what a program with very many goroutines costs.
const maxStacksSize = 64 << 20

// handlerFrames returns the frames of a goroutine's stack that are the handler's: what serve
// called, and what that called. It returns "" if the goroutine serves something else.
func handlerFrames(stack, serve, args string) string {
	lines := strings.Split(stack, "\n")
	for i, line := range lines {
		got, ok := strings.CutPrefix(line, serve)
		// A question mark is after what the runtime is not sure of.
		if ok && strings.HasPrefix(strings.ReplaceAll(got, "?", ""), args) {
			return strings.Join(append(lines[:1:1], middleOut(lines[1:i])...), "\n")
		}
	}
	return ""
}

// middleOut takes the middle out of a stack's frames, of two lines each, if they are many.
func middleOut(lines []string) []string {
	if len(lines) <= 2*maxStackFrames {
		return lines
	}
	out := append(lines[:maxStackFrames:maxStackFrames], fmt.Sprintf("… %d frames …", len(lines)/2-maxStackFrames))
	return append(out, lines[len(lines)-maxStackFrames:]...)
}
