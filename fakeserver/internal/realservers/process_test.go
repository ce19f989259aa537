//go:build linux

package realservers

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
)

// environment is what servers and clients get, whatever the tests' own is: no proxy, no language, no home with preferences.
func environment(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LC_ALL=C", "TZ=UTC", "PGSSLMODE=disable", "PGGSSENCMODE=disable"}
}

// A process is a running server, and what it has said so far.
type process struct {
	cmd  *exec.Cmd
	over chan struct{} // closed when it has ended

	mu    sync.Mutex // guards said
	said  strings.Builder
	lines chan struct{} // has room for one: there is more in said
}

// run starts a server, which is ended with the test. As tells which user it is to be, if not the tests' own.
func run(t *testing.T, dir string, as *syscall.Credential, stop syscall.Signal, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(name, args...), over: make(chan struct{}), lines: make(chan struct{}, 1)}
	p.cmd.Dir, p.cmd.Env = dir, environment(dir)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGKILL} // or it would outlive tests that panic
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = in, in
	err = p.cmd.Start()
	in.Close()
	if err != nil {
		out.Close()
		t.Fatal(err)
	}
	go p.listen(out)
	t.Cleanup(func() { p.end(t, stop) })
	return p
}

// listen keeps what the server says, until it has ended.
func (p *process) listen(out io.ReadCloser) {
	defer close(p.over)
	defer out.Close()
	r := bufio.NewReader(out)
	for {
		line, err := r.ReadString('\n')
		p.mu.Lock()
		p.said.WriteString(line)
		p.mu.Unlock()
		select {
		case p.lines <- struct{}{}:
		default:
		}
		if err != nil {
			p.cmd.Wait()
			return
		}
	}
}

// says waits until the server has said text. It reports false if it ended before.
func (p *process) says(t *testing.T, text string) bool {
	t.Helper()
	late := time.After(servertest.Patience)
	for !strings.Contains(p.log(), text) {
		select {
		case <-p.lines:
		case <-p.over:
			return strings.Contains(p.log(), text)
		case <-late:
			t.Fatalf("%s does not say %q:\n%s", p.cmd.Path, text, p.log())
		}
	}
	return true
}

func (p *process) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// end stops the server by the signal that it is to be stopped by, or else kills it.
func (p *process) end(t *testing.T, stop syscall.Signal) {
	p.cmd.Process.Signal(stop)
	select {
	case <-p.over:
	case <-time.After(servertest.Patience):
		p.cmd.Process.Kill()
		<-p.over
		t.Errorf("%s did not end on %v", p.cmd.Path, stop)
	}
	if t.Failed() {
		t.Logf("%s said:\n%s", p.cmd.Path, p.log())
	}
}
