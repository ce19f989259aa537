//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A process is the command in a process of its own.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	dir   string
	out   buffer
	err   buffer
	ended chan struct{} // closed when it has ended
}

// A buffer is what a process wrote, and may be read meanwhile.
type buffer struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// startProcess runs the command. Its output goes to out, if that is not nil.
func startProcess(t *testing.T, out *os.File, args ...string) *process {
	t.Helper()
	p := &process{t: t, dir: t.TempDir(), ended: make(chan struct{})}
	p.cmd = exec.Command("fakeserver", append(args, "--address-file", "address")...) // see TestMain
	p.cmd.Dir = p.dir
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	if out != nil {
		p.cmd.Stdout = out
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		p.wait()
	})
	return p
}

// wait waits for the end, and returns the exit code; -1: a signal ended it.
func (p *process) wait() int {
	<-p.ended
	return p.cmd.ProcessState.ExitCode()
}

// hasEnded waits for a moment, and reports whether the process has ended.
func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	case <-time.After(20 * time.Millisecond):
		return false
	}
}

// signal sends a signal.
func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// wantEnd wants that it ends so, after what it says.
func (p *process) wantEnd(code int, says string) {
	p.t.Helper()
	if got := p.wait(); got != code || !strings.Contains(p.err.String(), says) {
		p.t.Errorf("it ended with %d, want %d and %q:\n%s", got, code, says, &p.err)
	}
}

// await waits until something is so.
func (p *process) await(what string, is func() bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("%s did not come\n%s", what, &p.err)
		}
	}
}

// file returns what a file of the process has; empty: it is not there.
func (p *process) file(name string) string {
	text, _ := os.ReadFile(filepath.Join(p.dir, name))
	return string(text)
}

// send lets a client send something. The connection stays open until the test's end.
func (p *process) send(text string) net.Conn {
	p.t.Helper()
	p.await("the address", func() bool { return p.file("address") != "" })
	c, err := net.Dial("tcp", strings.TrimSpace(p.file("address")))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		p.t.Fatal(err)
	}
	return c
}

// recording returns what is in the file.
func (p *process) recording() (transcript.Recording, error) {
	return transcript.ReadFile(filepath.Join(p.dir, "x.jsonl"))
}

// A signal ends it in order, with clients that are connected and with the recording complete.
func TestProcessIsInterrupted(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			p := startProcess(t, nil, "serve", "--tcp", ":0", "--record", "x.jsonl")
			p.send("hello")
			p.await("hello", func() bool { return p.out.String() == "hello" })
			p.signal(s)
			p.wantEnd(allRight, "listening on tcp 127.0.0.1:")
			rec, err := p.recording()
			if err != nil || rec.Report == nil || string(rec.Transcript.FromClient()) != "hello" || rec.Transcript.Ending(transcript.ToClient) == transcript.StillOpen {
				t.Errorf("it left %v, with %v\n%v", rec.Report, err, rec.Transcript)
			}
			if p.file("address") != "" {
				t.Error("the file with the address is still there")
			}
		})
	}
}

// What a process that is killed has recorded can be read: all but what happened just now.
func TestProcessIsKilled(t *testing.T) {
	p := startProcess(t, nil, "serve", "--tcp", ":0", "--handler", "echo", "--record", "x.jsonl", "--quiet")
	c := p.send("hello")
	if _, err := io.ReadFull(c, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	// An event may be lost that is younger than what the answer takes: it must not take a second until it is there.
	said := time.Now()
	p.await("the answer", func() bool { return strings.Count(p.file("x.jsonl"), `"hello"`) == 2 })
	if took := time.Since(said); took > time.Second {
		t.Logf("it took %v until the recording had it", took)
	}
	p.signal(syscall.SIGKILL)
	p.wantEnd(-1, "")
	rec, err := p.recording()
	if !errors.Is(err, transcript.ErrCutOff) || string(rec.Transcript.ToClient()) != "hello" {
		t.Errorf("it left %v\n%v", err, rec.Transcript)
	}
}

// A SIGHUP takes the plan again, whatever became of it.
func TestProcessTakesItsPlanAgain(t *testing.T) {
	plan := filepath.Join(t.TempDir(), "plan.json")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(plan, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("{}")
	p := startProcess(t, nil, "serve", "--tcp", ":0", "--handler", "echo", "--faults", plan, "--record", "x.jsonl")
	c := p.send("a")
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	write(`{"rules": [{"fault": {"kind": "rset"}, "direction": "to-client"}]}`)
	p.signal(syscall.SIGHUP)
	p.await("the error", func() bool { return strings.Contains(p.err.String(), "rset") })
	write(`{"rules": [{"name": "cut", "fault": {"kind": "reset"}, "direction": "to-client", "after": {"bytes": 3}}]}`)
	p.signal(syscall.SIGHUP)
	p.await("the plan", func() bool { return strings.Contains(p.err.String(), "the plan has 1 rule now") })
	if _, err := io.WriteString(c, "bcd"); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(c); string(got) != "bc" || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("after the plan came %q, %v; want 2 bytes and a reset", got, err)
	}
	p.signal(syscall.SIGINT)
	p.wantEnd(allRight, "rule cut: fired once, on conn 1 at byte 3")
	rec, err := p.recording()
	if err != nil || len(rec.Changes) != 1 || rec.Changes[0].After < 3 {
		t.Errorf("the recording has the changes %+v, %v", rec.Changes, err)
	}
}

// An output that nothing reads holds up neither the recording nor the end; a second signal is an end at once.
func TestProcessHasAnOutputThatStandsStill(t *testing.T) {
	for _, test := range []struct {
		name    string
		signals int
		code    int
	}{{"one signal", 1, isInTrouble}, {"two", 2, -1}} {
		t.Run(test.name, func(t *testing.T) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			p := startProcess(t, w, "serve", "--tcp", ":0", "--record", "x.jsonl")
			w.Close()
			p.send(strings.Repeat("x", 1<<20))
			p.await("all of it", func() bool { return strings.Count(p.file("x.jsonl"), "x") >= 1<<20 })
			p.signal(syscall.SIGTERM)
			p.await("the beginning of the end", func() bool { return p.file("address") == "" })
			for test.signals > 1 && p.cmd.Process.Signal(syscall.SIGTERM) == nil { // one that comes at once is the same one
				if p.hasEnded() {
					break
				}
			}
			if test.signals == 1 {
				p.wantEnd(test.code, "the output did not take all that there was to print")
				if rec, err := p.recording(); err != nil || rec.Report == nil {
					t.Errorf("the recording is not complete: %v", err)
				}
				return
			}
			p.wantEnd(test.code, "")
		})
	}
}

// An output that is closed, and a disk that is full, end it, with what was recorded complete.
func TestProcessCantWrite(t *testing.T) {
	t.Run("output", func(t *testing.T) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		p := startProcess(t, w, "serve", "--tcp", ":0", "--record", "x.jsonl")
		w.Close()
		r.Close()
		p.send("hello")
		p.wantEnd(isInTrouble, "the output was closed")
		if rec, err := p.recording(); err != nil || string(rec.Transcript.FromClient()) != "hello" {
			t.Errorf("the recording is not complete: %v\n%v", err, rec.Transcript)
		}
	})
	t.Run("disk", func(t *testing.T) {
		if _, err := os.Stat("/dev/full"); err != nil {
			t.Skip("there is no /dev/full here")
		}
		p := startProcess(t, nil, "serve", "--tcp", ":0", "--record", "/dev/full")
		p.wantEnd(isInTrouble, "fakeserver: --record: write /dev/full: no space left on device")
	})
}
