package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

var (
	failLine  = regexp.MustCompile(`(?m)^( *)--- FAIL: (\S+) \(`)
	runLine   = regexp.MustCompile(`(?m)^=== RUN +(\S+)$`)
	hangLines = regexp.MustCompile(`(?m)^panic: test timed out after .*\n\s*running tests:\n((?:\s+\S+ \(\S+\)\n)+)`)
	hangLine  = regexp.MustCompile(`(\S+) \((\S+)\)`)
)

// killer returns the test that failed, told by what a test binary printed before it
// ended with err. What names no test is no kill but an error: a binary that does not
// start kills nothing, nor does one whose time is up while no test has run for as long as
// one may.
func killer(text string, err error, may time.Duration) (string, error) {
	if name := hung(text, may); name != "" {
		return name + ", which hangs", nil
	}
	if name := failed(text); name != "" {
		return name, nil
	}
	ran := runLine.FindAllStringSubmatch(text, -1)
	if len(ran) > 0 && exited(err) && crashed(text) {
		return ran[len(ran)-1][1] + ", which crashes", nil
	}
	return "", fmt.Errorf("%w, and no test failed:\n%s", err, text)
}

// crashed reports whether the whole binary went down.
func crashed(text string) bool {
	return strings.Contains(text, "\npanic: ") || strings.Contains(text, "\nfatal error: ")
}

// hung returns the first test that had run for as long as one may when the time was up.
func hung(text string, may time.Duration) string {
	running := hangLines.FindString(text)
	for _, m := range hangLine.FindAllStringSubmatch(running, -1) {
		if d, err := time.ParseDuration(m[2]); err == nil && d >= may {
			return m[1]
		}
	}
	return ""
}

// failed returns the first test that failed, and of that the first subtest.
func failed(text string) string {
	name, depth := "", -1
	for _, m := range failLine.FindAllStringSubmatch(text, -1) {
		if len(m[1]) <= depth {
			break
		}
		name, depth = m[2], len(m[1])
	}
	return name
}
