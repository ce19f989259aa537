package explore_test

import (
	"context"
	"errors"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/explore"
)

const secret = "Zq7-Xw9.Kj3=Vb5"

// indiscreet is a body that takes half an answer for one, asks twice, and says the secret wherever it can.
func indiscreet(_ context.Context, w *explore.Wire) error {
	for range 2 {
		w.Do("login", func(ctx context.Context) (any, error) {
			answer, err := login(ctx, w)
			if err != nil {
				answer, err = login(ctx, w)
			}
			return answer, err
		})
	}
	return nil
}

func login(ctx context.Context, w *explore.Wire) (string, error) {
	conn, err := w.DialContext(ctx, "tcp", "bank:79")
	if err != nil {
		return "", err
	}
	deadline, _ := ctx.Deadline()
	conn.SetDeadline(deadline)
	client := textproto.NewConn(conn)
	defer client.Close()
	client.PrintfLine("token %s", secret)
	answer, err := client.ReadLine()
	if err != nil {
		return "", errors.New("no answer to " + secret)
	}
	return answer, nil
}

// Neither the report of a search, nor what it keeps, has what Redact hides, nor a part of it.
func TestReportHidesWhatRedactSays(t *testing.T) {
	config := func(by transcript.Redactor) explore.Config {
		return explore.Config{
			Handler: fakeserver.Lines{Answer: func(line string) string { return "welcome, " + line }}, Within: time.Second, Suite: t, All: true,
			Plans: 120, Redact: by, IgnoreEnv: true, Dir: t.TempDir(), Checks: []explore.Check{{Name: "talks", Func: func(o explore.Outcome) error {
				if len(o.Transcript.Faults()) > 0 {
					return errors.New("it says " + secret)
				}
				return nil
			}}},
			First: []fault.Plan{{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterMatch("token " + secret).Named("after " + secret)}}},
		}
	}
	text, kept := reported(t, config(transcript.RedactText(secret)))
	for i := 0; i+4 <= len(secret); i++ {
		part := secret[i : i+4]
		for line := range strings.Lines(text) {
			if strings.Contains(line, part) {
				t.Errorf("the report has %q: %s", part, line)
			}
		}
	}
	for line := range strings.Lines(kept) {
		if strings.Contains(line, secret) && !strings.Contains(line, `"match"`) && !strings.Contains(line, `"name"`) {
			t.Errorf("a file has it: %s", line)
		}
	}
	for _, want := range []string{"wrong answer: login 1 returned", "talks: it says ***************", `AfterMatch("token ***************")`, "rule after ***************: fired", `"token ***************\r\n"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %s:\n%s", want, text)
		}
	}
	if text, _ := reported(t, config(nil)); !strings.Contains(text, "it says "+secret) || !strings.Contains(text, `"token `+secret) {
		t.Errorf("without Redact there is no secret in\n%s", text)
	}
}

// reported returns the report of a search, and what it keeps.
func reported(t *testing.T, cfg explore.Config) (report, kept string) {
	t.Helper()
	r, err := explore.Search(t.Context(), cfg, fault.Streams, indiscreet)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Finds {
		if _, err := f.Save(cfg.Dir); err != nil {
			t.Fatal(err)
		}
	}
	names, _ := filepath.Glob(filepath.Join(cfg.Dir, "*"))
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		kept += string(text)
	}
	return r.String(), kept
}

// A body that fails on a healthy wire is told so without the secret, and its error is what it was.
func TestUnhealthyHidesWhatRedactSays(t *testing.T) {
	wrong := errors.New("wrong")
	for _, by := range []transcript.Redactor{nil, transcript.RedactText(secret)} {
		_, err := explore.Search(t.Context(), explore.Config{Within: time.Second, Suite: t, Redact: by}, fault.Streams, func(ctx context.Context, w *explore.Wire) error {
			w.Do("login", func(ctx context.Context) (any, error) { return login(ctx, w) })
			return errors.Join(wrong, errors.New("that was "+secret))
		})
		if !errors.Is(err, explore.ErrConfig) || !errors.Is(err, wrong) || !strings.Contains(err.Error(), "transcript of explore") {
			t.Errorf("%v", err)
		}
		if got, want := strings.Contains(err.Error(), secret), by == nil; got != want {
			t.Errorf("the secret is there: %v, want %v:\n%v", got, want, err)
		}
	}
}
