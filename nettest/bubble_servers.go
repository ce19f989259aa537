package nettest

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// bubbleServers has what the servers of a bubble can tell, for when it does not come to its
// end: their cleanups do not run then.
type bubbleServers struct {
	mu      sync.Mutex // guards stories
	stories []func() string
}

// ShowWhenStuck is for fakeserver.Start, which finds it by its name. A server's story is
// told outside of the bubble, perhaps after the server has ended.
func (b *bubbleServers) ShowWhenStuck(story func() string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stories = append(b.stories, story)
}

// maxStories bounds how many servers of a stuck bubble are told of.
const maxStories = 16

// tell returns the stories of the servers, in the order in which they were started. Where a
// lock stops the bubble's clock it may be one that a story needs: that is the last then.
func (b *bubbleServers) tell() string {
	b.mu.Lock()
	stories := b.stories
	b.mu.Unlock()
	var all strings.Builder
	for i, story := range stories {
		if i == maxStories {
			fmt.Fprintf(&all, "… and %d more servers\n", len(stories)-i)
			break
		}
		text := make(chan string, 1)
		go func() { text <- story() }()
		select {
		case t := <-text:
			all.WriteString(t)
		case <-time.After(standstillLook):
			fmt.Fprintf(&all, "%d servers can't tell what happened: a lock that one needs is held in the bubble\n", len(stories)-i)
			return all.String()
		}
	}
	return all.String()
}

// A bubbleT is a bubble's T, in which testing can't find the line of what a server says in its
// cleanup: that is said outside.
type bubbleT struct {
	*testing.T
	bubbleServers

	mu       sync.Mutex // guards what follows
	failures []string
	log      []string
}

// Errorf is Errorf of the T, or waits for the end of the bubble.
func (t *bubbleT) Errorf(format string, args ...any) {
	t.T.Helper()
	if !inServersCleanup() {
		t.T.Errorf(format, args...)
		return
	}
	t.T.Fail()
	text := fmt.Sprintf(format, args...)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures = append(t.failures, text)
}

// Logf is Logf of the T, or waits for the end of the bubble.
func (t *bubbleT) Logf(format string, args ...any) {
	t.T.Helper()
	if !inServersCleanup() {
		t.T.Logf(format, args...)
		return
	}
	text := fmt.Sprintf(format, args...)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.log = append(t.log, text)
}

// say says outside what was left to say.
func (t *bubbleT) say(outer *testing.T) {
	outer.Helper()
	t.mu.Lock()
	log, failures := t.log, t.failures
	t.mu.Unlock()
	for _, text := range log {
		outer.Logf("%s", text)
	}
	for _, text := range failures {
		outer.Errorf("%s", text)
	}
}

// inServersCleanup reports whether a method of a bubbleT was called by a cleanup that
// fakeserver has registered.
func inServersCleanup() bool {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, modulePath+"/fakeserver.") {
			return strings.HasPrefix(f.Function, "testing.(*common).Cleanup.")
		}
		if !more {
			return false
		}
	}
}
