package explore

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// A child is a process that runs trials: the test's own program, which runs that test alone.
type child struct {
	cmd      *exec.Cmd
	requests *os.File
	replies  *os.File
	said     *tail
	waited   func() error // of the process; may be called again
}

// startChild starts one.
func startChild(cfg Config) (*child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	theirRequests, requests, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	replies, theirReplies, err := os.Pipe()
	if err != nil {
		theirRequests.Close()
		requests.Close()
		return nil, err
	}
	defer theirRequests.Close()
	defer theirReplies.Close()
	c := &child{requests: requests, replies: replies, said: &tail{}}
	c.cmd = exec.Command(program, childArgs(cfg)...)
	c.cmd.Env = append(childEnv(os.Environ()), childVariable+"="+cfg.search)
	c.cmd.Stderr, c.cmd.Stdout = c.said, c.said
	c.cmd.ExtraFiles = []*os.File{theirRequests, theirReplies}
	if err := c.cmd.Start(); err != nil {
		requests.Close()
		replies.Close()
		return nil, err
	}
	c.waited = sync.OnceValue(c.cmd.Wait)
	return c, nil
}

// childArgs are the flags of this process, but for those that say which tests to run, how many at once
// and how long, and what to write about them. A child runs one.
func childArgs(cfg Config) []string {
	test, spec := cfg.name, ""
	if cfg.Suite != nil && cfg.Suite.Name() != cfg.name {
		test, spec = cfg.Suite.Name(), cfg.name // Ginkgo's
	}
	args := []string{"-test.run=" + patternOf(test), "-test.count=1", "-test.timeout=0"}
	if spec != "" {
		args = append(args, "-ginkgo.focus=^"+regexp.QuoteMeta(spec)+"$")
	}
	flag.Visit(func(f *flag.Flag) {
		switch {
		case f.Name == "test.short":
		case strings.HasPrefix(f.Name, "test."), strings.HasPrefix(f.Name, "ginkgo."):
			return
		}
		args = append(args, "-"+f.Name+"="+f.Value.String())
	})
	return append(args, flag.Args()...)
}

// patternOf returns a pattern for -test.run by which one test alone runs.
func patternOf(test string) string {
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// notForChildren are variables that are about the process that has them, and not about its children:
// where coverage goes, and which part of the tests it is to run.
var notForChildren = []string{"GOCOVERDIR", "TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", "TEST_SHARD_STATUS_FILE", "FAKEWIRE_SHARD", childVariable}

func childEnv(all []string) (env []string) {
	for _, e := range all {
		name, _, _ := strings.Cut(e, "=")
		if !slices.Contains(notForChildren, name) {
			env = append(env, e)
		}
	}
	return env
}

// ask sends a request, and waits for what is answered.
func (c *child) ask(ctx context.Context, r request, bound time.Duration) (answer reply, err error) {
	text, err := json.Marshal(r)
	if err != nil {
		return reply{}, err
	}
	stop := context.AfterFunc(ctx, c.kill)
	defer stop()
	late := time.AfterFunc(bound, c.kill)
	defer late.Stop()
	if _, err = c.requests.Write(append(text, '\n')); err == nil {
		err = json.NewDecoder(c.replies).Decode(&answer)
	}
	if err == nil {
		return answer, nil
	}
	if ctx.Err() != nil {
		return answer, ctx.Err()
	}
	status := c.waited()
	c.closePipes()
	if !late.Stop() {
		return answer, fmt.Errorf("the process did not answer within %v", bound)
	}
	return answer, &crash{status, c.said.String()}
}

// stop lets the process end, which it does when there are no more requests.
func (c *child) stop() {
	c.closePipes()
	c.waited()
}

// kill ends it at once.
func (c *child) kill() {
	c.cmd.Process.Kill()
	c.closePipes()
	c.waited()
}

func (c *child) closePipes() {
	c.requests.Close()
	c.replies.Close()
}

// A crash is the end of a child during a trial.
type crash struct {
	status error
	said   string
}

func (c *crash) Error() string {
	return fmt.Sprintf("the process ended: %v\n%s", c.status, c.said)
}

// result returns what a crash shows.
func (c *crash) result() result {
	head, stack := c.parts()
	b := Breach{Oracle: Panics, Kind: passing.ReplaceAllString(head, "#") + " at " + culprit(stack), Text: head + "\n" + stack}
	if head == "" {
		text := fmt.Sprintf("the process ended: %v", c.status)
		if c.status == nil {
			text = "the process ended: exit status 0"
		}
		b = Breach{Oracle: Panics, Kind: passing.ReplaceAllString(text, "#"), Text: text + "\n" + c.said}
	}
	return result{Fired: true, Breaches: []Breach{b}, Shape: "crash " + b.Kind, Evidence: "the record ended with the process\n"}
}

// parts returns the first line of a panic or a fatal error, and the stack of the first goroutine.
func (c *crash) parts() (head, stack string) {
	for _, word := range []string{"panic: ", "fatal error: "} {
		if i := strings.Index("\n"+c.said, "\n"+word); i >= 0 {
			text := c.said[i:]
			head, rest, _ := strings.Cut(text, "\n")
			if at := strings.Index(rest, "goroutine "); at >= 0 {
				stack, _, _ = strings.Cut(rest[at:], "\n\n")
			}
			return strings.TrimSpace(head), stack
		}
	}
	return "", ""
}

// culprit returns the first function of a stack that is not the runtime's.
func culprit(stack string) string {
	for line := range strings.Lines(stack) {
		name, _, ok := strings.Cut(line, "(")
		if ok && !strings.HasPrefix(line, "\t") && !strings.HasPrefix(name, "runtime.") && !strings.HasPrefix(name, "panic") && !strings.HasPrefix(name, "goroutine ") {
			return strings.TrimSpace(name)
		}
	}
	return "?"
}

// A tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

// maxTail is how much it keeps.
const maxTail = 256 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf.Write(p)
	if extra := t.buf.Len() - maxTail; extra > 0 {
		t.buf.Next(extra)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}
