package scenarios_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/match"
	"github.com/fakewire/fakewire/scenarios"
)

const secret = "Zq7-Xw9.Kj3=Vb5"

// indiscreet is a client that breaks each promise about replies, and says the secret wherever it can.
func indiscreet(by transcript.Redactor) scenarios.TCPClient {
	return scenarios.TCPClient{
		Handler: fakeserver.Lines{Answer: func(line string) string { return "for " + line }},
		Do: func(ctx context.Context, addr string) (string, error) {
			c, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
			if err != nil {
				return "", err
			}
			defer c.Close()
			if d, ok := ctx.Deadline(); ok {
				c.SetDeadline(d)
			}
			if _, err = c.Write([]byte("token=" + secret + "\n")); err != nil {
				return "", err
			}
			p := make([]byte, 100)
			n, err := c.Read(p) // and not all of it
			if err != nil {
				return "", errors.New("no answer to " + secret)
			}
			return strings.TrimSpace(string(p[:n])), nil
		},
		Want: "for token=" + secret, Within: within, Redact: by,
	}
}

// Neither a failure, nor its file, nor what Gomega makes of it has what a subject's Redact hides, nor a part of it.
func TestFailureHidesWhatTheSubjectSays(t *testing.T) {
	for _, p := range []scenarios.Promise[scenarios.TCPClient]{scenarios.ReassemblesSplitReplies, scenarios.ReportsTruncatedReply, scenarios.SurvivesAnyWire} {
		files, hidden := failureOf(t, p, transcript.RedactText(secret))
		for what, text := range map[string]string{
			"the error": hidden.Error(), "Gomega": failureText(func(g gomega.Gomega) { g.Expect(hidden).NotTo(gomega.HaveOccurred()) }),
			"a matcher": failureText(func(g gomega.Gomega) { g.Expect(hidden).To(match.BeReset()) }), "the file": files,
		} {
			for i := 0; i+4 <= len(secret); i++ {
				if part := secret[i : i+4]; strings.Contains(text, part) {
					t.Fatalf("%s: %s has %q:\n%s", p.Name, what, part, text)
				}
			}
			if what != "a matcher" && !strings.Contains(text, "****") { // which shows the first line of each error
				t.Errorf("%s: %s hides nothing:\n%s", p.Name, what, text)
			}
		}
		files, open := failureOf(t, p, nil)
		if !strings.Contains(open.Error(), secret) || !strings.Contains(files, secret) {
			t.Errorf("%s: without Redact there is no secret:\n%v\n%s", p.Name, open, files)
		}
	}
}

// failureOf returns what breaks a promise, and what is written then.
func failureOf(t *testing.T, p scenarios.Promise[scenarios.TCPClient], by transcript.Redactor) (files string, err error) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("FAKEWIRE_ARTIFACTS", dir)
	err = scenarios.RunInMemory(t.Context(), t, p, always(indiscreet(by)))
	if !errors.Is(err, scenarios.ErrBroken) {
		t.Fatalf("%s: %v, want a broken promise", p.Name, err)
	}
	names, globErr := filepath.Glob(filepath.Join(dir, "*"))
	if globErr != nil || len(names) == 0 {
		t.Fatalf("%s: %d files, %v", p.Name, len(names), globErr)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files += string(text)
	}
	return files, err
}

// failureText returns what an assertion that fails says.
func failureText(f func(g gomega.Gomega)) (text string) {
	f(gomega.NewGomega(func(message string, _ ...int) { text += message }))
	return text
}

// A logger's lines, and a client's datagrams, are hidden, too.
func TestFailureHidesWhatOthersSend(t *testing.T) {
	by := transcript.RedactText(secret)
	logger := scenarios.NetworkLogger{Within: within, Redact: by, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		c, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
		return scenarios.Log{Print: func(string) { c.Write([]byte(secret + "\n")) }}, err
	}}
	asks := scenarios.UDPClient{Want: secret, Within: within, Redact: by, Do: func(ctx context.Context, addr string) (string, error) {
		c, err := scenarios.NetworkOf(ctx).DialContext(ctx, "udp", addr)
		if err != nil {
			return "", err
		}
		defer c.Close()
		c.Write([]byte(secret))
		c.Write([]byte(secret))
		p := make([]byte, 100)
		for range 3 {
			n, err := c.Read(p)
			if err != nil {
				return "", &net.OpError{Op: "read of " + secret, Err: err}
			}
			p = p[:n]
		}
		return string(p), nil
	}}
	for what, err := range map[string]error{
		"logger": scenarios.RunInMemory(t.Context(), t, scenarios.LinesArriveWholeOnceInOrder, always(logger)),
		"client": scenarios.RunInMemory(t.Context(), t, scenarios.TakesDuplicateOnce, always(asks)),
	} {
		if err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), strings.Repeat("*", len(secret))) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
