package match_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
	. "github.com/fakewire/fakewire/nettest/match"
)

const secret = "Zq7-Xw9.Kj3=Vb5"

// discreet hides the secret in what is shown of a record, unless it is to be open.
func discreet(t transcript.Transcript, open bool) transcript.Transcript {
	if open {
		return t
	}
	return t.WithRedactor(transcript.RedactText(secret))
}

// secretScript is a script whose server is named after the secret.
func secretScript(network string) *script {
	return &script{Record: transcripttest.New(transcript.Header{Name: "pinger of " + secret, Network: network}, 0)}
}

// secretive is a record of streams in which the secret is cut, sent both ways and in vain, and what matchers say of it.
func secretive(open bool) (tr transcript.Transcript, say map[string]types.GomegaMatcher) {
	s := secretScript("tcp").accept(1, 2, 3).receives(1, "AUTH "+secret[:7], secret[7:]+"\r\n").sends(2, secret+"!").discards(3, secret)
	s.Add(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Fault, Rule: "cut after " + secret})
	return discreet(s.Transcript(), open), map[string]types.GomegaMatcher{
		"HaveReceived":             HaveReceived("never " + secret),
		"HaveReceived, of bytes":   HaveReceived([]byte("\x00\x01\x02\x03" + secret)),
		"HaveReceived, a pattern":  HaveReceived(regexp.MustCompile("never " + regexp.QuoteMeta(secret[:4]))).OnConn(3),
		"HaveReceived, a matcher":  HaveReceived(gomega.HavePrefix(secret)).OnConn(1),
		"HaveReceived, an error":   HaveReceived(failing{}),
		"HaveSent":                 HaveSent("never " + secret).OnConn(2),
		"HaveDiscarded":            HaveDiscarded("never " + secret),
		"HaveConns":                HaveConns(7),
		"HaveEnded":                HaveEnded(),
		"HaveReceivedDatagram, no": HaveReceivedDatagram("x"),
	}
}

// failing is a matcher that quotes what it can't judge.
type failing struct{ types.GomegaMatcher }

func (failing) Match(actual any) (bool, error) { return false, errors.New("no: " + actual.(string)) }

// What is in no failure of any matcher, negated or not, is what the record's Redactor hides, and each part of it.
func TestFailuresHideWhatRedactSays(t *testing.T) {
	for _, open := range []bool{false, true} {
		tr, say := secretive(open)
		for name, m := range say {
			wantHidden(t, name, open, failuresOf(tr, m))
		}
		wantHidden(t, "negated", open, failuresOf(tr, gomega.Not(HaveReceived(secret).OnConn(1))))
		s := secretScript("udp").accept(1).receivesDatagrams(1, secret, "-"+secret).sendsDatagrams(1, secret)
		packets := discreet(s.Transcript(), open)
		wantHidden(t, "HaveReceivedDatagram", open, failuresOf(packets, HaveReceivedDatagram("never "+secret)))
		wantHidden(t, "HaveSentDatagram", open, failuresOf(packets, HaveSentDatagram(secret).Times(3)))
		wantHidden(t, "HaveReceivedDatagram, an error", open, failuresOf(packets, HaveReceivedDatagram(failing{})))
		file := filepath.Join(t.TempDir(), "x.jsonl")
		if err := (transcript.Recording{Transcript: secretScript("tcp").accept(1).receives(1, "other").Transcript()}).WriteFile(file); err != nil {
			t.Fatal(err)
		}
		wantHidden(t, "MatchTranscript", open, failuresOf(tr, MatchTranscript(file)))
		text, _ := FormatRecord(tr)
		wantHidden(t, "FormatRecord", open, text)
	}
}

// Each matcher is asked here.
func TestEachMatchersFailuresAreLookedAt(t *testing.T) {
	text, err := os.ReadFile("redact_test.go")
	if err != nil {
		t.Fatal(err)
	}
	funcs, _ := exportedFuncs(t, "")
	for _, fn := range funcs {
		name := fn.Name.Name
		if name != "Buffer" && !bytes.Contains(text, []byte(name+"(")) { // which is Gomega's, and has the true bytes
			t.Errorf("nobody looks whether the failures of %s hide anything", name)
		}
	}
}

// What matchers see is what was sent.
func TestMatchersSeeWhatRedactHides(t *testing.T) {
	tr, _ := secretive(false)
	wantMatch(t, tr, HaveReceived("AUTH "+secret+"\r\n").OnConn(1), true)
	wantMatch(t, tr, HaveReceived(gomega.HaveSuffix(secret+"\r\n")).OnConn(1), true)
	wantMatch(t, tr, HaveReceived("****"), false)
	wantMatch(t, tr, HaveSent(secret), true)
	wantMatch(t, tr, HaveDiscarded(secret).OnConn(3), true)
}

// A server says what became of its rules, and errors of its own.
func TestFailuresAboutAServerHideWhatRedactSays(t *testing.T) {
	for _, open := range []bool{false, true} {
		cfg := fakeserver.Config{Name: "s", Redact: transcript.RedactText(secret), Faults: fault.Plan{Rules: []fault.Rule{
			fault.ToClient(fault.Reset{}).AfterMatch(secret).Named("after " + secret),
		}}}
		if open {
			cfg.Redact = nil
		}
		srv, err := fakeserver.Listen(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		for name, m := range map[string]types.GomegaMatcher{
			"HaveFired": HaveFired("after " + secret), "HaveFired, no such": HaveFired("before"), "HaveFired.Times": HaveFired("after " + secret).Times(3),
		} {
			wantHidden(t, name, open, failuresOf(srv, m))
		}
		for _, m := range []types.GomegaMatcher{BeReset(), BeRefused(), BeTimeout(), BeEOF(), BeBrokenPipe(), gomega.Succeed()} {
			wantHidden(t, "an error", open, failuresOf(srv.Verify(), m))
		}
	}
}

// failuresOf returns what an assertion says that fails.
func failuresOf(actual any, m types.GomegaMatcher) string {
	j := newJudge()
	j.Expect(actual).To(m)
	return strings.Join(j.failures, "\n")
}

// wantHidden checks that the secret is in a text if it is open, and that otherwise no part of it is.
func wantHidden(t *testing.T, name string, open bool, text string) {
	t.Helper()
	if open {
		if !strings.Contains(text, secret) {
			t.Errorf("%s has no secret that could be hidden: %q", name, text)
		}
		return
	}
	for i := 0; i+4 <= len(secret); i++ {
		if part := secret[i : i+4]; strings.Contains(text, part) {
			t.Errorf("%s has %q:\n%s", name, part, text)
			return
		}
	}
}
