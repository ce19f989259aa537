package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A recordFile is where a recording grows. It is there from the beginning, so that what is wrong with it is told then; what was
// in it stays until there is something to write.
type recordFile struct {
	f       *os.File
	created bool
	regular bool
	wrote   bool
	flag    string      // that names it
	failed  func(error) // told once
	err     error
}

// createRecord opens a file to record to.
func createRecord(flag, name string, force bool, failed func(error)) (*recordFile, error) {
	r := &recordFile{flag: flag, failed: failed}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	r.f, r.created, r.regular = f, err == nil, true
	if errors.Is(err, fs.ErrExist) {
		info, statErr := os.Stat(name)
		if r.regular = statErr != nil || info.Mode().IsRegular(); r.regular && !force {
			return nil, fmt.Errorf("--%s: %s is there already: use --force to replace it", flag, name)
		}
		r.f, err = os.OpenFile(name, os.O_WRONLY, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	return r, nil
}

// Write writes what was recorded. What goes wrong is told, and not returned: what else gets the recording still does.
func (r *recordFile) Write(p []byte) (int, error) {
	if r.err == nil && !r.wrote && r.regular && !r.created {
		r.err = r.f.Truncate(0)
	}
	r.wrote = true
	if r.err == nil {
		if _, r.err = r.f.Write(p); r.err != nil {
			r.failed(fmt.Errorf("--%s: %w", r.flag, r.err))
		}
	}
	return len(p), nil
}

// close closes the file. One that was made for nothing is removed.
func (r *recordFile) close() error {
	if r == nil {
		return nil
	}
	err := r.f.Close()
	if r.created && !r.wrote {
		os.Remove(r.f.Name())
	}
	if err != nil && r.err == nil {
		return fmt.Errorf("--%s: %w", r.flag, err)
	}
	return nil
}
