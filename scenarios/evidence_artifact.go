package scenarios

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// keepRecord writes the whole record, that of one server after the other, to a file in
// $FAKEWIRE_ARTIFACTS, each time that a promise fails, and returns a line that says where it
// is, or why it is not. Without that variable it does nothing.
func (e evidence) keepRecord(promise string) string {
	dir := os.Getenv("FAKEWIRE_ARTIFACTS")
	if dir == "" {
		return ""
	}
	path, err := e.write(dir, fileName(promise))
	if err != nil {
		return fmt.Sprintf("no record written: %v\n", err)
	}
	return fmt.Sprintf("the whole record: %s\n", filepath.ToSlash(path))
}

// fileName makes a promise's name fit for a file's.
func fileName(promise string) string {
	safe := strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, promise)
	return safe[:min(len(safe), 100)]
}

// write writes the records to a file with a name of its own, which everybody may read, and
// returns its absolute path.
func (e evidence) write(dir, name string) (path string, err error) {
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
	for _, t := range e {
		err = errors.Join(err, t.record.DumpTo(f))
	}
	return f.Name(), errors.Join(err, f.Chmod(0o644), f.Close())
}
