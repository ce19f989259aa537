package scenarios

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// LinesBeforeAnExitArrive is the promise of a logger of which everything arrives that was
// logged before its process ended, by os.Exit or log.Fatal, which run no deferred Close: of
// one line, and of many.
//
// The process is a child of the test, which Exit makes. How it ends does not matter, as long
// as it does within Within and ten seconds, in which it has to start. In memory there are no
// processes.
var LinesBeforeAnExitArrive = Promise[NetworkLogger]{
	variable: "LinesBeforeAnExitArrive",
	Name:     "delivers what was logged before its process ended",
	Why: "The program said why it could not start, with log.Fatal, and its supervisor started it again for a week: nothing of it was " +
		"in the log. A logger that sends from another goroutine, or when its buffer is full, has no time to after os.Exit.",
	Labels: []string{"logger"},
	check:  checkLinesBeforeExit,
}

// childVariable marks a child process: one that runs its tests in place of the logger must not
// make children of its own.
const childVariable = "FAKEWIRE_EXIT"

func checkLinesBeforeExit(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	switch {
	case l.Exit == nil:
		return fmt.Errorf("%w: Exit is nil, and this promise is about a process that ends", ErrLacks)
	case memoryOf(ctx) != nil:
		return fmt.Errorf("%w: there are no processes in memory", ErrLacks)
	case os.Getenv(childVariable) != "":
		return fmt.Errorf("%w: the process that Exit made runs its tests in place of the logger: look for what says so in TestMain", ErrSubject)
	}
	trial := func(n int) func() error {
		w := wire{what: fmt.Sprintf("ended right after line %d", n)}
		return func() error {
			return atCollector(ctx, subject(), w, func(s *logging) error { return exitAfter(s, l, textLines(1, n, 100)) })
		}
	}
	return inTurn(trial(1), trial(100))
}

// exitAfter lets a process log lines and end, and wants them all.
func exitAfter(s *logging, l NetworkLogger, lines []string) error {
	spelled := make([]string, len(lines))
	for i, line := range lines {
		spelled[i] = s.framing.spell(line)
	}
	cmd, err := callFor(s.ctx, s.within, "Exit", func(context.Context) (*exec.Cmd, error) { return l.Exit(s.srv.Address(), spelled), nil })
	if err != nil {
		return err
	}
	said, err := s.runChild(cmd)
	if err != nil {
		return err
	}
	if err := s.wantAll(lines); err != nil {
		return fmt.Errorf("%w; the process ended with %v, and said %.200q", err, cmd.ProcessState, said)
	}
	return nil
}

// startsIn is how long a process may take to start, on a busy machine.
const startsIn = 10 * time.Second

// runChild runs a process to its end, and returns what it said.
func (s *logging) runChild(cmd *exec.Cmd) (said string, err error) {
	if cmd == nil || cmd.Process != nil {
		return "", fmt.Errorf("%w: Exit returned no command that is to be started", ErrSubject)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Env = append(cmd.Environ(), childVariable+"=1")
	cmd.WaitDelay = slack // for what the process has started in its turn
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("%w: Exit: %w", ErrSubject, err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait() // how it ends is up to it
		close(ended)
	}()
	limit := time.NewTimer(s.within + startsIn)
	defer limit.Stop()
	select {
	case <-ended:
		return out.String(), nil
	case <-limit.C:
		err = fmt.Errorf("its process did not end within %v, which is the %v that it promised and %v to start", s.within+startsIn, s.within, startsIn)
	case <-s.ctx.Done():
		err = interrupted(s.ctx)
	}
	cmd.Process.Kill()
	<-ended
	return out.String(), err
}
