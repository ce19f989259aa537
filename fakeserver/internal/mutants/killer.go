package main

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	failLine  = regexp.MustCompile(`(?m)^( *)--- FAIL: (\S+) \(`)
	runLine   = regexp.MustCompile(`(?m)^=== RUN +(\S+)$`)
	hangLines = regexp.MustCompile(`(?m)^panic: test timed out after .*\n\s*running tests:\n\s*(\S+) \(`)
)

// killer returns the test that failed, told by what a test binary printed before it
// ended with err. What names no test is no kill but an error: a binary that does not
// start kills nothing.
func killer(text string, err error) (string, error) {
	if m := hangLines.FindStringSubmatch(text); m != nil {
		return m[1] + ", which hangs", nil
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
