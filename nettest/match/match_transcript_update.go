package match

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// updateVariable makes matchers write their files.
const updateVariable = "FAKEWIRE_UPDATE"

// isUpdate reports whether the files of expectations are to be written.
func isUpdate() bool {
	if text := os.Getenv(updateVariable); text != "" {
		on, err := strconv.ParseBool(text)
		return on || err != nil
	}
	f := updateFlag()
	return f != nil && f.Get() == true
}

// updateFlag returns the flag -update, if the program has one that is a bool. We define none: the second definition
// of a flag panics.
func updateFlag() flag.Getter {
	f := flag.Lookup("update")
	if f == nil {
		return nil
	}
	if g, ok := f.Value.(flag.Getter); ok {
		if _, ok := g.Get().(bool); ok {
			return g
		}
	}
	return nil
}

// updateHow says how to have the files written.
func updateHow() string {
	if updateFlag() != nil {
		return "-update or " + updateVariable + "=1"
	}
	return updateVariable + "=1"
}

// update returns the record of actual and the file, which it has written unless they were alike.
func (m *TranscriptMatcher) update(actual any) (likeness, error) {
	r, err := m.recordOf(actual)
	if err != nil {
		return likeness{}, err
	}
	if w, ok := actual.(Waiter); ok && !r.final {
		awaitLull(w)
	}
	rec := recordingOf(actual)
	l := likeness{record: record{Transcript: rec.Transcript, whole: rec.Transcript, final: r.final || isDone(actual)}}
	saved, err := transcript.ReadFile(m.file)
	if err == nil && m.comparison().Diff(saved.Transcript, rec.Transcript) == "" {
		l.want = saved.Transcript
		return l, nil
	}
	if errors.Is(err, transcript.ErrFormat) {
		return l, misuse("MatchTranscript: %v; remove the file if it is to be written", err)
	}
	if err := write(m.file, rec); err != nil {
		return l, misuse("MatchTranscript: %v", err)
	}
	l.want, l.written = rec.Transcript, true
	return l, nil
}

// write writes a recording to a file. One that is there stays as it is if that fails.
func write(file string, rec transcript.Recording) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	if err := rec.WriteFile(file + ".new"); err != nil {
		return errors.Join(err, removed(file+".new"))
	}
	return os.Rename(file+".new", file)
}

// removed removes a file that may not be there.
func removed(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// recordingOf returns what there is to be written of actual, which has a record.
func recordingOf(actual any) transcript.Recording {
	switch a := actual.(type) {
	case transcript.Recording:
		return a
	case *transcript.Recording:
		return *a
	case interface{ Recording() transcript.Recording }:
		return a.Recording()
	}
	r, _ := recordOf("", actual)
	return transcript.Recording{Transcript: r.Transcript}
}

// How long nothing has to be recorded until a record is written.
const (
	lull     = time.Second
	overLull = lull / 10 // where all connections are over
	maxLull  = 10 * lull // of a server to which something comes again and again
)

// awaitLull waits until nothing more seems to come, or the server has closed.
func awaitLull(srv Waiter) {
	var t traffic
	for end := time.Now().Add(maxLull); time.Now().Before(end); {
		ctx, cancel := context.WithTimeout(context.Background(), t.lull())
		err := srv.Wait(ctx, t.sees)
		cancel()
		if err != nil {
			return
		}
	}
}

// traffic is what was seen of a record.
type traffic struct {
	seq      int64 // of the last event
	accepted int   // connections or peers
	closed   int
}

// sees looks at what is new, and reports whether there is anything.
func (t *traffic) sees(tr transcript.Transcript) bool {
	before := t.seq
	for e := range tr.After(t.seq).All() {
		t.seq = e.Seq
		switch e.Kind {
		case transcript.Accept:
			t.accepted++
		case transcript.Close:
			t.closed++
		}
	}
	return t.seq > before
}

// lull returns how long nothing has to come for what was seen to be all.
func (t *traffic) lull() time.Duration {
	if t.accepted > 0 && t.accepted == t.closed {
		return overLull
	}
	return lull
}
