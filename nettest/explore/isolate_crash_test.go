package explore

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

var (
	aPanic = `panic: no [recovered, repanicked]

goroutine 22 [running, synctest bubble 5]:
panic({0x9a1e60?, 0xb2a3a8?})
	/go/src/runtime/panic.go:787 +0x132
example.com/client.(*pool[...]).take.func1({0x1, 0x2})
	/client/pool.go:7 +0x4a
created by example.com/client.(*pool[...]).take in goroutine 20
	/client/pool.go:5 +0x13

goroutine 1 [chan receive]:
testing.(*T).Run(0xc000003a40, {0x6})
	/go/src/testing/testing.go:2005 +0x485
`
	aFatalError = `fatal error: all goroutines are asleep - deadlock!

goroutine 1 gp=0x1 m=0 mp=0x2 [sync.Mutex.Lock]:
internal/sync.runtime_SemacquireMutex(0x0?, 0x1, 0x2?)
	/go/src/runtime/sema.go:95 +0x25
sync.(*Mutex).Lock(...)
	/go/src/sync/mutex.go:46
example.com/client.Get({0x1, 0x2})
	/client/client.go:7 +0x4a
`
	aRace = `==================
WARNING: DATA RACE
Write at 0x00c0000a4018 by goroutine 9:
  runtime.mapassign_faststr()
      /go/src/runtime/map_faststr.go:263 +0x0
  example.com/client.(*pool).put()
      /client/pool.go:20 +0x44

Previous read at 0x00c0000a4018 by goroutine 8:
  example.com/client.(*pool).get()
      /client/pool.go:10 +0x33

Goroutine 9 (running) created at:
  example.com/client.New()
      /client/pool.go:5 +0x22
==================
`
)

// What a program says when it dies says which oracle has it against it, and by which name it is known again.
func TestCrash(t *testing.T) {
	loud := "panic: that is what it says\n" + strings.Repeat("as it always does\n", 1000)
	for _, test := range []struct {
		said   string
		status error
		oracle Oracle
		kind   string
		text   string // which begins so
	}{
		{aPanic, errors.New("exit status 2"), Panics, "panic: no [recovered, repanicked] at example.com/client.(*pool[...]).take.func1", "panic: no [recovered, repanicked]\ngoroutine 22 ["},
		{loud + aPanic, errors.New("exit status 2"), Panics, "panic: no [recovered, repanicked] at example.com/client.(*pool[...]).take.func1", "panic: no"},
		{loud + aFatalError, errors.New("exit status 2"), Panics, "fatal error: all goroutines are asleep - deadlock! at example.com/client.Get", "fatal error: all"},
		{loud + aRace, errors.New("exit status 66"), Races, "example.com/client.(*pool).get and example.com/client.(*pool).put", "WARNING: DATA RACE\nWrite at"},
		{loud, errors.New("exit status 3"), Panics, "the process ended: exit status #", "the process ended: exit status 3\n"},
		{"", errors.New("signal: killed"), Panics, "the process ended: signal: killed", "the process ended: signal: killed\n"},
		{"", nil, Panics, "the process ended: exit status #", "the process ended: exit status 0\n"},
	} {
		said := &tail{}
		for _, chunk := range []int{1, 7, 1 << 20} {
			*said = tail{}
			for rest := test.said; rest != ""; {
				n := min(chunk, len(rest))
				said.Write([]byte(rest[:n]))
				rest = rest[n:]
			}
			b := (&crash{test.status, said.String()}).breach()
			if b.Oracle != test.oracle || b.Kind != test.kind || !strings.HasPrefix(b.Text, test.text) {
				t.Errorf("in chunks of %d bytes, %.60q… is %s, of the kind %q: %.80q; want %s, %q, %q", chunk, test.said, b.Oracle, b.Kind, b.Text, test.oracle, test.kind, test.text)
			}
			if len(b.Text) > 4000 {
				t.Errorf("the text has %d bytes", len(b.Text))
			}
		}
	}
}

// An oracle that is not asked has nothing against a program that dies of what it is about.
func TestCrashThatIsNotAskedAbout(t *testing.T) {
	died := &crash{errors.New("exit status 66"), aRace}
	if r := died.result(Config{}); len(r.Breaches) != 1 || !r.Stuck || !r.Fired {
		t.Errorf("a race is %+v", r)
	}
	if r := died.result(Config{Without: []Oracle{Races}}); len(r.Breaches) != 0 || r.Shape == "" {
		t.Errorf("a race that is not asked about is %+v", r)
	}
}

// A tail keeps little of a program that writes much, and of its death the beginning.
func TestTail(t *testing.T) {
	said := &tail{}
	for i := range 100_000 {
		fmt.Fprintf(said, "line %d\n", i)
	}
	if text := said.String(); len(text) > 2*maxTail || !strings.HasSuffix(text, "\nline 99999\n") {
		t.Errorf("%d bytes are kept, which end with %q", len(text), text[len(text)-20:])
	}
	fmt.Fprintln(said, "fatal error: of all")
	for i := range 100_000 {
		fmt.Fprintf(said, "goroutine %d [select]:\n", i)
	}
	if text := said.String(); len(text) > 2*maxTail || !strings.Contains(text, "\nfatal error: of all\ngoroutine 0 [select]:\n") || !strings.Contains(text, "\nline 99999\n") {
		t.Errorf("%d bytes are kept, and not the beginning of the death", len(text))
	}
}

// Redact hides what a program says before it dies.
func TestCrashHidesWhatRedactSays(t *testing.T) {
	const secret = "example.com/client"
	died := &crash{errors.New("exit status 2"), aPanic}
	for _, by := range []transcript.Redactor{nil, transcript.RedactText(secret)} {
		r := died.result(Config{Redact: by})
		if text := fmt.Sprint(r.Breaches[0].Kind, r.Breaches[0].Text); strings.Contains(text, secret) != (by == nil) || !strings.Contains(text, "pool.go:7") {
			t.Errorf("with Redact %t it says %s", by != nil, text)
		}
	}
}
