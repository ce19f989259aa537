package fakeserver

import (
	"errors"
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
	path, err := writeRecord(dir, fileName(tb.Name()), t)
	if err != nil {
		return "no record written: " + err.Error()
	}
	return "the whole record: " + filepath.ToSlash(path)
}

// writeRecord writes t to a new file in dir, whose name begins with name, and returns its
// absolute path: a test runs in its package's directory, and the reader of the message is
// elsewhere. The file's mode lets another user read it, as one who collects artifacts in CI.
func writeRecord(dir, name string, t transcript.Transcript) (path string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, name+"-*.txt")
	if err != nil {
		return "", err
	}
	err = errors.Join(t.DumpTo(f), f.Chmod(0o644), f.Close())
	return f.Name(), err
}

// fileName turns a test's name into a file's.
func fileName(test string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r) {
			return r
		}
		return '_'
	}, test)
	return safe[:min(len(safe), 100)]
}
