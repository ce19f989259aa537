package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/timeline"
)

// Files are those of one recording.
type Files struct {
	JSONL string // the path of the recording, which is absolute: the reader of a message is elsewhere
	HTML  string // that of the recording as a page
	Seq   int64  // of the event that a reader wants to see first; 0: there is none
}

// maxTries is how many numbers are tried in their order. Who has so many files of one test does not read them
// one after the other, and looking for a free number takes longer and longer.
const maxTries = 100

// Write makes the files of a recording in dir, which is made, too, if it is not there. They are called after
// name: see FileName. Everybody may read them, such as what collects files in CI as another user. After
// an error, what could be written stays.
func Write(dir, name string, rec transcript.Recording) (f Files, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return Files{}, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return Files{}, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Files{}, err
	}
	defer root.Close()
	name, c, err := claim(root, FileName(name))
	if err != nil {
		return Files{}, err
	}
	path := filepath.Join(dir, name)
	return Files{path + ".jsonl", path + ".html", focus(rec.Transcript)}, c.write(rec)
}

// focus returns the Seq of the event that a reader wants to see first: the first fault, else the last
// event.
func focus(t transcript.Transcript) (seq int64) {
	for e := range t.Kind(transcript.Fault).All() {
		return e.Seq
	}
	for e := range t.All() { // a part of a record need not begin with the first
		seq = e.Seq
	}
	return seq
}

// Rewrite writes a recording into files that Write has made for an earlier state of it.
func (f *Files) Rewrite(rec transcript.Recording) error {
	jsonl, err := os.OpenFile(f.JSONL, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	html, err := os.OpenFile(f.HTML, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return errors.Join(err, jsonl.Close())
	}
	f.Seq = focus(rec.Transcript)
	return claimed{jsonl, html}.write(rec)
}

// claimed are open files, which write closes.
type claimed struct{ jsonl, html *os.File }

func (c claimed) write(rec transcript.Recording) error {
	_, err := rec.WriteTo(c.jsonl)
	return errors.Join(err, c.jsonl.Close(), timeline.Write(c.html, rec), c.html.Close())
}

// claim makes files with a name that no others have, and returns that.
func claim(root *os.Root, name string) (string, claimed, error) {
	for n := 1; n <= 2*maxTries; n++ {
		numbered := name
		switch {
		case n > maxTries:
			numbered = fmt.Sprintf("%s-%08x", name, rand.Uint32())
		case n > 1:
			numbered = fmt.Sprintf("%s-%d", name, n)
		}
		c, err := create(root, numbered)
		if !errors.Is(err, fs.ErrExist) {
			return numbered, c, err
		}
	}
	return "", claimed{}, fmt.Errorf("%s: %w, and so are %d other names", name, fs.ErrExist, 2*maxTries-1)
}

// create makes both files, or none.
func create(root *os.Root, name string) (claimed, error) {
	jsonl, err := createFile(root, name+".jsonl")
	if err != nil {
		return claimed{}, err
	}
	html, err := createFile(root, name+".html")
	if err != nil {
		return claimed{}, errors.Join(err, jsonl.Close(), root.Remove(name+".jsonl"))
	}
	return claimed{jsonl, html}, nil
}

// createFile makes a file that must not be there.
func createFile(root *os.Root, name string) (*os.File, error) {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o644); err != nil { // whatever the umask is
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
