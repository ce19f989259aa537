package match_test

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	. "github.com/fakewire/fakewire/nettest/match"
)

// reading sees to it that files are read, whatever this test's own flag -update says: that is one
// which MatchTranscript obeys.
func reading(t *testing.T) {
	t.Helper()
	t.Setenv("FAKEWIRE_UPDATE", "")
	setUpdate(t, "false")
}

// setUpdate sets the flag -update until the end of the test.
func setUpdate(t *testing.T, value string) {
	t.Helper()
	f := flag.Lookup("update")
	was := f.Value.String()
	if err := f.Value.Set(value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(was) })
}

// saved writes a record to a file of its own.
func saved(t *testing.T, s *script) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "saved.jsonl")
	if err := (transcript.Recording{Transcript: s.Transcript()}).WriteFile(file); err != nil {
		t.Fatal(err)
	}
	return file
}

// pinged returns a record in which a client sent a number and got it back.
func pinged(number string) *script {
	return newScript("tcp", 0).accept(1).receives(1, "PING "+number+"\r\n").sends(1, "PONG "+number+"\r\n").
		fromClient(1, transcript.FIN).toClient(1, transcript.FIN).closes(1)
}

var numbers = transcript.Ignore{Pattern: regexp.MustCompile(`\d+`)}

func TestMatchTranscript(t *testing.T) {
	reading(t)
	file := saved(t, pinged("7"))
	cut := newScript("tcp", 0).accept(1).receives(1, "PI", "NG 7", "\r\n").sends(1, "PONG 7\r", "\n").
		toClient(1, transcript.FIN).fromClient(1, transcript.FIN).closes(1)
	for why, tt := range map[string]struct {
		s      *script
		ignore []transcript.Ignore
		want   bool
	}{
		"the same":                    {pinged("7"), nil, true},
		"cut in another way":          {cut, nil, true},
		"another number":              {pinged("8"), nil, false},
		"another number that may be":  {pinged("4711"), []transcript.Ignore{numbers}, true},
		"more than a number":          {pinged("7.5"), []transcript.Ignore{numbers}, false},
		"one connection more":         {pinged("7").accept(2), nil, false},
		"no connection":               {newScript("tcp", 0), nil, false},
		"a connection that goes on":   {newScript("tcp", 0).accept(1).receives(1, "PING 7\r\n").sends(1, "PONG 7\r\n"), nil, false},
		"one that goes on, as it may": {newScript("tcp", 0).accept(1).receives(1, "PING 7\r\n").sends(1, "PONG 7\r\n"), []transcript.Ignore{{Endings: true}}, true},
	} {
		t.Run(why, func(t *testing.T) {
			m := MatchTranscript(file, tt.ignore...)
			tr := tt.s.Transcript()
			rec := transcript.Recording{Transcript: tr}
			for _, actual := range []any{tt.s, tr, &tr, rec, &rec} {
				wantMatch(t, actual, m, tt.want)
			}
		})
	}
}

func TestMatchTranscriptOfDatagrams(t *testing.T) {
	reading(t)
	file := saved(t, newScript("udp", 0).accept(1).receivesDatagrams(1, "a", "b 1"))
	wantMatch(t, newScript("udp", 0).accept(1).receivesDatagrams(1, "a", "b 1"), MatchTranscript(file), true)
	wantMatch(t, newScript("udp", 0).accept(1).receivesDatagrams(1, "a", "b 22"), MatchTranscript(file), false)
	wantMatch(t, newScript("udp", 0).accept(1).receivesDatagrams(1, "a", "b 22"), MatchTranscript(file, numbers), true)
}

func TestMatchTranscriptRefusesNonsense(t *testing.T) {
	reading(t)
	file := saved(t, pinged("7"))
	for words, actual := range wrongActuals() {
		wantMisuse(t, actual, MatchTranscript(file), "MatchTranscript wants a server", words)
	}
	wantMisuse(t, (*transcript.Recording)(nil), MatchTranscript(file), "not a nil *transcript.Recording")
	s := pinged("7")
	dir := t.TempDir()
	wantMisuse(t, s, MatchTranscript(filepath.Join(dir, "none.jsonl")), "there is no file "+dir, "run the test once with", "FAKEWIRE_UPDATE=1")
	wantMisuse(t, s, MatchTranscript(""), "the file has no name")
	wantMisuse(t, s, MatchTranscript(file, transcript.Ignore{}), "it ignores nothing")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for words, text := range map[string]string{"not a recording": "package match\n", "cut off": string(whole[:len(whole)-3])} {
		name := filepath.Join(dir, "bad.jsonl")
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		wantMisuse(t, s, MatchTranscript(name), name, words)
	}
}

func TestMatchTranscriptKnowsWhatCanChange(t *testing.T) {
	reading(t)
	file := saved(t, pinged("7"))
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Lines{Answer: func(line string) string {
		return "PONG 7"
	}}})
	wantOpen(t, srv, MatchTranscript(file)) // the connection is still to come
	c := dial(t, "tcp", srv)
	send(t, c, "PING")
	eventually(t, srv, HaveReceived("PING"))
	wantOpen(t, srv, MatchTranscript(file))
	send(t, c, " 8\r\n")
	eventually(t, srv, HaveReceived("8"))
	wantEarly(t, srv, MatchTranscript(file))
	wantOpen(t, srv, MatchTranscript(file, numbers))
	if _, err := io.ReadFull(c, make([]byte, len("PONG 7\r\n"))); err != nil {
		t.Fatal(err)
	}
	c.Close()
	eventually(t, srv, MatchTranscript(file, numbers))
	dial(t, "tcp", srv)
	eventually(t, srv, HaveConns(2))
	wantEarly(t, srv, MatchTranscript(file, numbers))
}

// A client that has ended in another way does not end once more.
func TestMatchTranscriptKnowsWhatHasEnded(t *testing.T) {
	reading(t)
	file := saved(t, newScript("tcp", 0).accept(1).fromClient(1, transcript.RST).closes(1))
	srv := fakeserver.Start(t, fakeserver.Config{})
	c := dial(t, "tcp", srv)
	wantOpen(t, srv, MatchTranscript(file))
	c.Close()
	eventually(t, srv, HaveEnded(transcript.ByFIN))
	wantEarly(t, srv, MatchTranscript(file))
}

// When the server has closed, what is missing is missing for good.
func TestMatchTranscriptKnowsWhenNothingMoreComes(t *testing.T) {
	reading(t)
	file := saved(t, pinged("7"))
	srv := fakeserver.Start(t, fakeserver.Config{})
	wantOpen(t, srv, MatchTranscript(file))
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	wantEarly(t, srv, MatchTranscript(file))
	wantSettled(t, pinged("8").Transcript(), MatchTranscript(file))
}

func TestMatchTranscriptSaysHowItDiffers(t *testing.T) {
	for name, assert := range map[string]func(g gomega.Gomega, m *TranscriptMatcher){
		"transcript":       func(g gomega.Gomega, m *TranscriptMatcher) { g.Expect(pinged("8").Transcript()).To(m) },
		"transcript_open":  func(g gomega.Gomega, m *TranscriptMatcher) { g.Expect(newScript("tcp", 0).accept(1)).To(m) },
		"transcript_more":  func(g gomega.Gomega, m *TranscriptMatcher) { g.Expect(newScript("tcp", 0).accept(1, 2)).To(m) },
		"transcript_not":   func(g gomega.Gomega, m *TranscriptMatcher) { g.Expect(pinged("7").Transcript()).NotTo(m) },
		"transcript_peers": func(g gomega.Gomega, m *TranscriptMatcher) { g.Expect(newScript("udp", 0)).To(m) },
	} {
		t.Run(name, func(t *testing.T) {
			wantMessage(t, name, func(g gomega.Gomega) {
				t.Run("", func(t *testing.T) { // for this alone
					reading(t)
					assert(g, MatchTranscript("testdata/pinged.jsonl"))
				})
			})
		})
	}
}
