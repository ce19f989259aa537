package match_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
	. "github.com/fakewire/fakewire/nettest/match"
)

// updating makes MatchTranscript write.
func updating(t *testing.T) {
	t.Helper()
	reading(t)
	t.Setenv("FAKEWIRE_UPDATE", "1")
}

// contents returns what a file has; nil, if there is none.
func contents(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return text
}

func TestMatchTranscriptWritesTheFile(t *testing.T) {
	updating(t)
	file := filepath.Join(t.TempDir(), "testdata", "deep", "new.jsonl")
	wantMatch(t, pinged("7").Transcript(), MatchTranscript(file), true)
	reading(t)
	wantMatch(t, pinged("7").Transcript(), MatchTranscript(file), true)
	wantMatch(t, pinged("8").Transcript(), MatchTranscript(file), false)
	updating(t)
	wantMatch(t, pinged("8").Transcript(), MatchTranscript(file), true)
	reading(t)
	wantMatch(t, pinged("8").Transcript(), MatchTranscript(file), true)
	wantMatch(t, pinged("7").Transcript(), MatchTranscript(file), false)
	if files, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); len(files) != 1 || err != nil {
		t.Errorf("the folder has %q, %v; want one file", files, err)
	}
}

// What is in the file stays there, down to its times, while it is what the matcher accepts.
func TestMatchTranscriptLeavesAFileThatIsRight(t *testing.T) {
	updating(t)
	file := saved(t, pinged("7"))
	before := contents(t, file)
	time.Sleep(time.Microsecond) // in the next record, times are others
	wantMatch(t, pinged("7").Transcript(), MatchTranscript(file), true)
	wantMatch(t, pinged("4711").Transcript(), MatchTranscript(file, numbers), true)
	if after := contents(t, file); !bytes.Equal(before, after) {
		t.Errorf("the file was\n%s, and is\n%s", before, after)
	}
	wantMatch(t, pinged("4711").Transcript(), MatchTranscript(file), true)
	if after := contents(t, file); bytes.Equal(before, after) {
		t.Error("the file is as it was")
	}
}

// The file has the server's plan, too.
func TestMatchTranscriptWritesARecording(t *testing.T) {
	updating(t)
	file := filepath.Join(t.TempDir(), "new.jsonl")
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Latency{Delay: 1}).Named("a little late"),
	}}})
	if err := say("tcp", srv.Addr(), "PING"); err != nil {
		t.Fatal(err)
	}
	eventually(t, srv, MatchTranscript(file))
	rec, err := transcript.ReadFile(file)
	if err != nil || !strings.Contains(string(rec.Origin.Plan), "a little late") || rec.Origin.Test != t.Name() || rec.Transcript.Conn(1).Ending(transcript.FromClient) != transcript.ByFIN {
		t.Errorf("the file has %+v, %v\n%v", rec.Origin, err, rec.Transcript)
	}
	reading(t)
	eventually(t, srv, MatchTranscript(file))
}

func TestMatchTranscriptObeysTheUsersFlag(t *testing.T) {
	for _, tt := range []struct {
		variable, flag string
		want           bool
	}{
		{"", "false", false}, {"", "true", true}, {"1", "false", true}, {"yes", "false", true}, {"0", "true", false}, {"false", "false", false},
	} {
		t.Run(tt.variable+" "+tt.flag, func(t *testing.T) {
			setUpdate(t, tt.flag)
			t.Setenv("FAKEWIRE_UPDATE", tt.variable)
			file := filepath.Join(t.TempDir(), "new.jsonl")
			ok, err := MatchTranscript(file).Match(pinged("7").Transcript())
			if ok != tt.want || (err == nil) != tt.want || (contents(t, file) != nil) != tt.want {
				t.Errorf("Match = %t, %v, and the file has %q; want %t", ok, err, contents(t, file), tt.want)
			}
		})
	}
}

// A name that is that of something else costs nobody a file.
func TestMatchTranscriptReplacesNothingButRecordings(t *testing.T) {
	updating(t)
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte("package main\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	wantMisuse(t, pinged("7").Transcript(), MatchTranscript(file), "not a recording", "remove the file")
	if got := string(contents(t, file)); got != "package main\n" {
		t.Errorf("the file has %q", got)
	}
	wantMisuse(t, pinged("7").Transcript(), MatchTranscript(filepath.Join(file, "below.jsonl")), "main.go")
	for words, actual := range wrongActuals() {
		wantMisuse(t, actual, MatchTranscript(file), "MatchTranscript wants a server", words)
	}
	cut := saved(t, pinged("7"))
	if err := os.WriteFile(cut, contents(t, cut)[:100], 0o666); err != nil {
		t.Fatal(err)
	}
	wantMatch(t, pinged("7").Transcript(), MatchTranscript(cut), true) // one that was cut off is
}

// A negated expectation does not hold of what was written just now.
func TestMatchTranscriptSaysThatTheFileWasWritten(t *testing.T) {
	updating(t)
	j := newJudge()
	if j.Expect(pinged("7").Transcript()).NotTo(MatchTranscript(filepath.Join(t.TempDir(), "new.jsonl"))) {
		t.Error("the negation holds")
	} else if !strings.Contains(j.failures[0], "The file was written just now") {
		t.Errorf("the message is %s", j.failures[0])
	}
}

// What is still on its way is in the file, be it asked for by Expect or by Eventually.
func TestMatchTranscriptWritesWhenNothingMoreComes(t *testing.T) {
	updating(t)
	for why, tt := range map[string]struct {
		pause time.Duration // before a second connection
		open  bool          // the client goes on
		wait  time.Duration // at least, and not a lull more
	}{
		"one is open, and another comes": {900 * time.Millisecond, true, 1900 * time.Millisecond},
		"one is over, and another comes": {90 * time.Millisecond, false, 190 * time.Millisecond},
		"one is open":                    {0, true, time.Second},
		"one is over":                    {0, false, 100 * time.Millisecond},
		"one comes again and again":      {-1, false, 10 * time.Second},
	} {
		t.Run(why, func(t *testing.T) {
			nettest.Bubble(t, func(tb fakeserver.TB) {
				srv := fakeserver.Start(tb, fakeserver.Config{Transport: new(nettest.Network), Handler: fakeserver.Echo{}})
				client := &caller{t: t, srv: srv, open: tt.open}
				client.call()
				switch {
				case tt.pause > 0:
					time.AfterFunc(tt.pause, client.call)
				case tt.pause < 0:
					stop := make(chan struct{})
					defer close(stop)
					go client.callOnAndOn(stop)
				}
				began := time.Now()
				file := filepath.Join(t.TempDir(), "new.jsonl")
				wantWritten(t, srv, file)
				if took := time.Since(began); took < tt.wait || took > tt.wait+time.Second {
					t.Errorf("it took %v, want %v", took, tt.wait)
				}
				rec, err := transcript.ReadFile(file)
				if err != nil || tt.pause > 0 && rec.Transcript.Conns() != 2 {
					t.Errorf("the file is of %d conns, %v", rec.Transcript.Conns(), err)
				}
				client.hangUp()
			})
		})
	}
}

func wantWritten(t *testing.T, actual any, file string) {
	t.Helper()
	if ok, err := MatchTranscript(file).Match(actual); !ok || err != nil {
		t.Errorf("Match = %t, %v", ok, err)
	}
}

// A caller is a client that calls several times.
type caller struct {
	t    *testing.T
	srv  *fakeserver.Server
	open bool // its connections stay open until it hangs up

	mu    sync.Mutex // guards conns
	conns []net.Conn
}

// call asks once.
func (c *caller) call() {
	conn, err := c.srv.Dial(context.Background())
	if err != nil {
		c.t.Error(err)
		return
	}
	if _, err := io.WriteString(conn, "PING"); err != nil {
		c.t.Error(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil {
		c.t.Error(err)
	}
	if !c.open {
		conn.Close()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns = append(c.conns, conn)
}

// callOnAndOn asks until it is stopped.
func (c *caller) callOnAndOn(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(50 * time.Millisecond):
			c.call()
		}
	}
}

func (c *caller) hangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.Close()
	}
}
