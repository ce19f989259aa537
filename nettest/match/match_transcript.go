package match

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A TranscriptMatcher is what [MatchTranscript] returns.
type TranscriptMatcher struct {
	file   string
	ignore []transcript.Ignore
	saved  func() (transcript.Recording, error)
	seen   atomic.Pointer[likeness]
}

// A likeness is what a matcher has compared.
type likeness struct {
	record
	want    transcript.Transcript
	written bool // the file was
}

// MatchTranscript succeeds if the record is the one that a file has: a recording, as Recording.WriteFile
// writes it. What is compared is their canonical forms, as transcript.Diff does: neither times nor addresses, nor
// how bytes were cut, nor the order between connections. What else changes from run to run is ignored:
//
//	Expect(srv).To(MatchTranscript("testdata/login.jsonl",
//		transcript.Ignore{Pattern: regexp.MustCompile(`Date: ([^\r]*)`)},
//	))
//
// Actual is a server of package fakeserver, a transcript.Transcript or a transcript.Recording. The file's
// name is relative to the directory of the test, as testdata is.
//
// With FAKEWIRE_UPDATE=1 in the environment, or with the flag -update if the test's program has a bool of
// that name, which this package does not define, the matcher writes the file, and its folder, and
// succeeds. It waits before it does, until the server has closed or nothing more is recorded: for a second, or a
// tenth of one if all connections are over. It leaves a file as it is that the record matches, so that a version control
// shows only what is new, and refuses to replace one that is no recording.
//
// What is compared is the whole record: give each test a server of its own. That a client has closed its connection
// is part of it, so ask with Eventually, or when the server has closed.
func MatchTranscript(file string, ignore ...transcript.Ignore) *TranscriptMatcher {
	return &TranscriptMatcher{
		file: file, ignore: ignore,
		saved: sync.OnceValues(func() (transcript.Recording, error) { return transcript.ReadFile(file) }),
	}
}

// Match implements Gomega's matcher. It returns an error if actual has no record, if there is no such file, or if
// that is no recording.
func (m *TranscriptMatcher) Match(actual any) (bool, error) {
	look := m.look
	if isUpdate() {
		look = m.update
	}
	l, err := look(actual)
	if err != nil {
		return false, err
	}
	m.seen.Store(&l)
	for range m.comparison().Differences(l.want, l.Transcript) {
		return false, nil
	}
	return true, nil
}

// comparison is how the file is compared with a record.
func (m *TranscriptMatcher) comparison() transcript.Comparison {
	return transcript.Comparison{A: "want", B: "got", Ignore: m.ignore}
}

// look returns the record of actual and the file.
func (m *TranscriptMatcher) look(actual any) (likeness, error) {
	r, err := m.recordOf(actual)
	if err != nil {
		return likeness{}, err
	}
	saved, err := m.saved()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return likeness{}, misuse("MatchTranscript: there is no file %s: run the test once with %s to write it, and then look at what it has", m.file, updateHow())
	case err != nil:
		return likeness{}, misuse("MatchTranscript: %v", err)
	}
	return likeness{record: r, want: saved.Transcript}, nil
}

// recordOf returns the record of actual, and refuses arguments that make no sense.
func (m *TranscriptMatcher) recordOf(actual any) (record, error) {
	r, err := recordOf("MatchTranscript", actual)
	if err == nil && m.file == "" {
		err = misuse("MatchTranscript: the file has no name")
	}
	for _, i := range m.ignore {
		if bad := i.Validate(); err == nil && bad != nil {
			err = misuse("MatchTranscript: %v", bad)
		}
	}
	return r, err
}

// MatchMayChangeInTheFuture lets Eventually and Consistently end as soon as nothing
// can change any more.
func (m *TranscriptMatcher) MatchMayChangeInTheFuture(actual any) bool {
	l, err := m.look(actual)
	return err == nil && m.mayChange(l)
}

// mayChange reports whether what is still to come can change the answer.
func (m *TranscriptMatcher) mayChange(l likeness) bool {
	if l.final {
		return false
	}
	for d := range m.comparison().Differences(l.want, l.Transcript) {
		if m.settled(l, d) {
			return false
		}
	}
	return true
}

// settled reports whether a difference stays, whatever may still be recorded. What a client sent is never taken back, but
// a pattern may match more than it did when more has come.
func (m *TranscriptMatcher) settled(l likeness, d transcript.Difference) bool {
	switch d.Aspect {
	case transcript.InConns:
		return d.A.Absent
	case transcript.InBytes, transcript.InDatagrams:
		return d.Direction == transcript.FromClient && !d.A.Absent && !d.B.Absent && !m.hasPattern()
	case transcript.InEndings:
		return d.Direction == transcript.FromClient && l.Conn(d.Conn).Ending(d.Direction) != transcript.StillOpen
	}
	return false
}

func (m *TranscriptMatcher) hasPattern() bool {
	for _, i := range m.ignore {
		if i.Pattern != nil {
			return true
		}
	}
	return false
}

// FailureMessage says how the record differs from the file.
func (m *TranscriptMatcher) FailureMessage(actual any) string {
	l := *m.seen.Load()
	found := "It differs:\n" + indented(m.comparison().Diff(l.want, l.Transcript))
	if m.mayChange(l) {
		found += "\nThe server still runs, and more may come: Eventually waits for that."
	}
	found += fmt.Sprintf("\nIf it is right now, run the test with %s to write the file anew.", updateHow())
	return claim(l.record, false, "match the recording "+m.file, found)
}

// NegatedFailureMessage says that the record is that of the file.
func (m *TranscriptMatcher) NegatedFailureMessage(actual any) string {
	l := *m.seen.Load()
	found := "It does."
	if l.written {
		found = "The file was written just now, so it does."
	}
	return claim(l.record, true, "match the recording "+m.file, found)
}
