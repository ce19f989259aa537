package nettest

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/nettest/internal/words"
)

// bubbleServers has the stories of a bubble's servers, for when the bubble does not end: the
// servers' cleanups do not run then.
type bubbleServers struct {
	mu      sync.Mutex // guards stories
	stories []func() string
}

// ShowWhenStuck is for fakeserver.Start, which finds it by its name. The story is
// called outside of the bubble, perhaps after its server has ended.
func (b *bubbleServers) ShowWhenStuck(story func() string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stories = append(b.stories, story)
}

// maxStories bounds how many servers of a stuck bubble are shown.
const maxStories = 16

// storyPatience is how long a story may take: long records on slow machines take their time.
const storyPatience = 3 * time.Second

// tell returns the stories of the servers, in the order in which they were started. The lock
// that stops the bubble's clock may be one that a story needs: that story is the last one then.
func (b *bubbleServers) tell() string {
	b.mu.Lock()
	stories := b.stories
	b.mu.Unlock()
	var all strings.Builder
	for i, story := range stories {
		if i == maxStories {
			fmt.Fprintf(&all, "… and %s\n", words.Count(len(stories)-i, "more server"))
			break
		}
		text := make(chan string, 1)
		go func() { text <- story() }()
		select {
		case t := <-text:
			all.WriteString(t)
		case <-time.After(storyPatience):
			fmt.Fprintf(&all, "%s can't tell what happened: a lock that one needs is held in the bubble\n", words.Count(len(stories)-i, "server"))
			return all.String()
		}
	}
	return all.String()
}

// A bubbleT is a bubble's T. In a bubble package testing can't find the line for what a server
// reports from its cleanup, so that is reported outside.
type bubbleT struct {
	*testing.T
	bubbleServers

	mu       sync.Mutex // guards what follows
	failures []string
	log      []string
}

// Errorf calls T.Errorf, except from a server's cleanup: then it keeps the text for report.
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

// Logf calls T.Logf, except from a server's cleanup: then it keeps the text for report.
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

// report reports outside of the bubble what was kept.
func (t *bubbleT) report(outer *testing.T) {
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
// package fakeserver registered.
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
