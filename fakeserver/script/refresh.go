package script

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// updateVariable makes files take what came where that is not what they expect.
const updateVariable = "FAKEWIRE_UPDATE"

func isUpdate() bool {
	text := os.Getenv(updateVariable)
	on, err := strconv.ParseBool(text)
	return on || err != nil && text != ""
}

// lull is how long nothing has to come for what has come to be a message, where nothing else says so.
const lull = 100 * time.Millisecond

// A source is the file that scripts were read from, as it is to become.
type source struct {
	name string
	data map[string]*section

	mu    sync.Mutex   // guards what follows
	text  string       // as it was read
	saved string       // as it is in the file
	edits map[int]edit // by where in text they begin
}

// An edit replaces the texts of an expectation.
type edit struct {
	to     int    // where in the source's text they end
	text   string // of the expectation
	source string // as it is written there
	by     string // the connection or peer that said it
}

func newSource(name, text string, data map[string]*section) *source {
	return &source{name: name, data: data, text: text, saved: text, edits: map[int]edit{}}
}

// A refresher puts into a source what one client said. A nil one does nothing: there is no file, or it is to stay as it is.
type refresher struct {
	source *source
	client string
}

// refresher returns one for a client, or nil.
func (s *source) refresher(n int, word string) *refresher {
	if s == nil || !isUpdate() {
		return nil
	}
	return &refresher{s, fmt.Sprintf("%s %d", word, n)}
}

// now returns a step as it is after what clients have said before.
func (f *refresher) now(s Step) Step {
	e, ok := s.act.(expect)
	if f == nil || !ok {
		return s
	}
	f.source.mu.Lock()
	defer f.source.mu.Unlock()
	from, _ := f.source.span(s.at)
	if edit, ok := f.source.edits[from]; ok {
		e.text = edit.text
		s.act = e
	}
	return s
}

// span returns where in the source's text an expectation has its texts: in a section of data, if nothing else has that.
func (s *source) span(at place) (from, to int) {
	if d := s.data[at.data]; d != nil && d.uses == 1 {
		return d.at, d.at + len(d.text)
	}
	return at.from, at.to
}

// put lets an expectation take what came. It returns why it can't.
func (f *refresher) put(at place, text string) error {
	f.source.mu.Lock()
	defer f.source.mu.Unlock()
	from, to := f.source.span(at)
	written := strconv.Quote(text)
	if from != at.from {
		if written = text; !canBeData(text, to == len(f.source.text)) {
			return fmt.Errorf("-- %s -- can't have %s, which is no whole lines: put that into the step, in quotes", at.data, shown(text))
		}
	}
	if e, ok := f.source.edits[from]; ok {
		return fmt.Errorf("it has taken what %s said", e.by)
	}
	if at.mixed {
		return errors.New("nothing says which of its texts it is")
	}
	f.source.edits[from] = edit{to, text, written, f.client}
	return nil
}

// canBeData reports whether a section can have a text.
func canBeData(text string, last bool) bool {
	for line := range strings.Lines(text) {
		if _, ok := marker(line); ok {
			return false
		}
	}
	return last || text == "" || strings.HasSuffix(text, "\n")
}

// save writes the file, if there is something new. err is what came of the connection.
func (f *refresher) save(err error) error {
	if f == nil {
		return err
	}
	switch saved := f.source.save(); {
	case saved == nil:
		return err
	case err == nil:
		return saved
	default: // by its text alone, an err that is only the wire's does not make this one nothing more than that
		return fmt.Errorf("%w; and %v", saved, err)
	}
}

// writing lets one file be written at a time.
var writing sync.Mutex

func (s *source) save() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.edited()
	if next == s.saved {
		return nil
	}
	writing.Lock()
	defer writing.Unlock()
	if now, err := os.ReadFile(s.name); err != nil || string(now) != s.saved {
		return errors.Join(fmt.Errorf("%s is not refreshed: something else has changed it", s.name), err)
	}
	if err := replaceFile(s.name, next); err != nil {
		return fmt.Errorf("%s is not refreshed: %w", s.name, err)
	}
	s.saved = next
	return nil
}

// edited returns the text with all edits. It needs mu.
func (s *source) edited() string {
	var b strings.Builder
	at := 0
	for _, from := range slices.Sorted(mapKeys(s.edits)) {
		b.WriteString(s.text[at:from] + s.edits[from].source)
		at = s.edits[from].to
	}
	return b.String() + s.text[at:]
}

// replaceFile writes a file in one step: whoever reads it has the old text or the new one.
func replaceFile(name, text string) error {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".new*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = cmp.Or(err, f.Chmod(info.Mode().Perm()), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		f.Close()
		os.Remove(f.Name())
	}
	return err
}
