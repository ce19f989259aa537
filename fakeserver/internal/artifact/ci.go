package artifact

import (
	"os"
	"strings"
)

// InCI reports whether $CI says that this is a run of continuous integration.
func InCI() bool {
	switch os.Getenv("CI") {
	case "", "0", "false":
		return false
	}
	return true
}

// Attachments returns a line for each path by which Jenkins' plugin junit-attachments, GitLab and Azure find a test's
// files in a JUnit report. They read what a test printed, the first of them line by line: nothing else may be on a
// line, and a path with a line break or a bracket is not found.
func Attachments(paths ...string) string {
	var b strings.Builder
	for _, path := range paths {
		if path != "" && !strings.ContainsAny(path, "\r\n[]|") {
			b.WriteString("[[ATTACHMENT|" + path + "]]\n")
		}
	}
	return b.String()
}
