package fakeserver

import (
	"flag"
	"os"
	"path/filepath"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// artifactsVariable names the directory for records of failed tests, where the
// test has none of its own.
const artifactsVariable = "FAKEWIRE_ARTIFACTS"

// artifactDir is the test's own directory if go test was given -artifacts, else
// $FAKEWIRE_ARTIFACTS, else empty: write nothing.
func artifactDir(tb TB) string {
	if f := flag.Lookup("test.artifacts"); f != nil && f.Value.String() == "true" {
		if a, ok := tb.(interface{ ArtifactDir() string }); ok {
			return a.ArtifactDir()
		}
	}
	return os.Getenv(artifactsVariable)
}

// writeArtifact writes the whole record of a failed test as a file, if there is a
// directory for it, and returns a line that says where it is or why it is not.
func writeArtifact(tb TB, t transcript.Transcript) string {
	dir := artifactDir(tb)
	if dir == "" {
		return ""
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "no record written: " + err.Error()
	}
	f, err := os.CreateTemp(dir, fileName(tb.Name())+"-*.txt")
	if err != nil {
		return "no record written: " + err.Error()
	}
	_, err = f.WriteString(t.Dump())
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return "no record written: " + err.Error()
	}
	return "the whole record: " + filepath.ToSlash(f.Name())
}

// fileName makes a test's name fit for a file's.
func fileName(test string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r) {
			return r
		}
		return '_'
	}, test)
	return safe[:min(len(safe), 100)]
}
