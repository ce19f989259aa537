package timeline_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
)

// A browser is a headless Chromium, which the test talks to through its DevTools protocol: messages of JSON,
// each with a NUL after it, on two pipes.
type browser struct {
	cmd *exec.Cmd
	in  io.WriteCloser

	mu      sync.Mutex // guards what follows
	last    int
	waiting map[int]chan answer
	closed  bool
	tabs    map[string]*tab // by session
}

// answer is a message from the browser: the answer to a command, or an event.
type answer struct {
	ID        int             `json:"id"`
	SessionID string          `json:"sessionId"`
	Method    string          `json:"method"`
	Params    json.RawMessage `json:"params"`
	Result    json.RawMessage `json:"result"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// patience is how long the browser may take for one command on a busy machine.
const patience = 60 * time.Second

// startBrowser starts a browser, which ends with the test.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	path := servertest.Tool(t, "chromium")
	toBrowser, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, fromBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{in: in, waiting: map[int]chan answer{}, tabs: map[string]*tab{}}
	b.cmd = exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir="+profile(t), "about:blank")
	b.cmd.ExtraFiles = []*os.File{toBrowser, fromBrowser} // which it has as 3 and 4
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	toBrowser.Close()
	fromBrowser.Close()
	done := make(chan struct{})
	go b.listen(out, done)
	t.Cleanup(func() {
		_ = b.call("", "Browser.close", nil, nil) // so that all of its processes end
		in.Close()
		stop := time.AfterFunc(patience, func() { b.cmd.Process.Kill() })
		defer stop.Stop()
		b.cmd.Wait()
		out.Close()
		<-done
	})
	return b
}

// profile returns a directory for the browser's own files. Its last processes may still write there when it has
// ended: what is then left is left to the system's temporary directory.
func profile(t *testing.T) string {
	dir, err := os.MkdirTemp("", "timeline")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// listen hands out what the browser says until it ends.
func (b *browser) listen(out io.Reader, done chan struct{}) {
	defer close(done)
	for r := bufio.NewReader(out); ; {
		text, err := r.ReadBytes(0)
		if err != nil {
			break
		}
		var a answer
		if json.Unmarshal(text[:len(text)-1], &a) != nil {
			continue
		}
		b.mu.Lock()
		if c := b.waiting[a.ID]; c != nil {
			delete(b.waiting, a.ID)
			c <- a
		} else if t := b.tabs[a.SessionID]; t != nil {
			t.note(a)
		}
		b.mu.Unlock()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for _, c := range b.waiting {
		close(c)
	}
}

// call sends a command to the browser, or to a tab's session, and puts what comes back in result.
func (b *browser) call(session, method string, params, result any) error {
	if params == nil {
		params = struct{}{}
	}
	c := make(chan answer, 1)
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return errors.New("the browser has ended")
	}
	b.last++
	id := b.last
	b.waiting[id] = c
	b.mu.Unlock()
	text, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params, "sessionId": session})
	if session == "" {
		text, err = json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	}
	if err != nil {
		return err
	}
	if _, err := b.in.Write(append(text, 0)); err != nil {
		return err
	}
	select {
	case a, ok := <-c:
		switch {
		case !ok:
			return fmt.Errorf("%s: the browser has ended", method)
		case a.Error != nil:
			return fmt.Errorf("%s: %s", method, a.Error.Message)
		case result == nil:
			return nil
		}
		return json.Unmarshal(a.Result, result)
	case <-time.After(patience):
		return fmt.Errorf("%s: no answer after %v", method, patience)
	}
}
