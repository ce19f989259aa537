package explore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
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
	c.cmd = exec.Command(program, atStart.childArgs(cfg)...)
	c.cmd.Dir, c.cmd.Env = atStart.dir, atStart.childEnv(cfg)
	c.cmd.Stderr, c.cmd.Stdout = c.said, c.said
	c.cmd.ExtraFiles = []*os.File{theirRequests, theirReplies}
	c.cmd.WaitDelay = grace
	apart(c.cmd)
	if err := c.cmd.Start(); err != nil {
		c.closePipes()
		return nil, err
	}
	c.waited = sync.OnceValue(c.wait)
	go c.waited()
	return c, nil
}

// How long to wait for what a process has written before it ended, and for one to end that was told to. What
// it has started itself may hold its files for longer.
const (
	grace    = 500 * time.Millisecond
	farewell = 5 * time.Second
)

// wait waits for the end of the process, and says how it ended.
func (c *child) wait() error {
	err := c.cmd.Wait()
	c.replies.SetReadDeadline(time.Now().Add(grace))
	if errors.Is(err, exec.ErrWaitDelay) {
		return nil // as it ended well
	}
	return err
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

// stop lets the process end, which it does when there are no more requests: its test's cleanups run.
func (c *child) stop() {
	late := time.AfterFunc(farewell, func() { killAll(c.cmd) })
	defer late.Stop()
	c.closePipes()
	c.waited()
}

// kill ends it at once, with all that it has started.
func (c *child) kill() {
	killAll(c.cmd)
	c.closePipes()
	c.waited()
}

func (c *child) closePipes() {
	c.requests.Close()
	c.replies.Close()
}
