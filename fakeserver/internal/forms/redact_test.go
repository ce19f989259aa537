package forms_test

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/pcapng"
	"github.com/fakewire/fakewire/fakeserver/transcript/timeline"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
	"github.com/fakewire/fakewire/nettest/match"
)

// written returns a form that is written.
func written(write func(io.Writer, transcript.Recording) error) func(t *testing.T, rec transcript.Recording) string {
	return func(t *testing.T, rec transcript.Recording) string {
		var b strings.Builder
		wantNil(t, write(&b, rec))
		return b.String()
	}
}

// shown are the forms that a person may see.
var shown = map[string]func(t *testing.T, rec transcript.Recording) string{
	"text": func(_ *testing.T, rec transcript.Recording) string { return rec.Transcript.String() },
	"dump": func(_ *testing.T, rec transcript.Recording) string { return rec.Transcript.Dump() },
	"difference": func(_ *testing.T, rec transcript.Recording) string {
		return transcript.Diff(rec.Transcript, transcript.Transcript{})
	},
	"page":    written(timeline.Write),
	"capture": written(pcapng.Write),
	"file": written(func(w io.Writer, rec transcript.Recording) error {
		_, err := rec.WriteTo(w)
		return err
	}),
	"matcher": func(t *testing.T, rec transcript.Recording) string {
		name := filepath.Join(t.TempDir(), "empty.jsonl")
		wantNil(t, transcript.Recording{}.WriteFile(name))
		m := match.MatchTranscript(name)
		ok, err := m.Match(rec)
		wantNil(t, err)
		if ok {
			t.Error("it matches an empty recording")
		}
		return m.FailureMessage(rec)
	},
}

// What is to be hidden is in no form, and without a Redactor it is in each.
func TestFormsHideSecrets(t *testing.T) {
	r := transcripttest.New(transcript.Header{Name: "login", Network: "tcp", Address: "127.0.0.1:4242"}, 0)
	r.Add(
		transcript.Event{Conn: 1, Kind: transcript.Accept, Peer: "127.0.0.1:5001"},
		transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte("PASS " + secret)},
		transcript.Event{Conn: 1, Kind: transcript.Error, Text: "not " + secret},
	)
	for name, show := range shown {
		for _, by := range []transcript.Redactor{nil, redact} {
			text := show(t, transcript.Recording{Transcript: r.Transcript().WithRedactor(by)})
			if got, want := strings.Contains(text, secret), by == nil; got != want {
				t.Errorf("%s: the secret is there: %t, want %t:\n%.2000s", name, got, want, text)
			}
		}
	}
}
