package explore_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/nettest/explore"
)

// crashVariable lets this program crash.
const crashVariable = "FAKEWIRE_EXPLORE_CRASH"

// A crash in a goroutine that a client has started tells by which plan it came, and what to do.
func TestCrashNamesThePlan(t *testing.T) {
	if os.Getenv(crashVariable) != "" {
		explore.TCP(t, explore.Config{Dir: t.TempDir()}, crashing)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashNamesThePlan$")
	cmd.Env = append(os.Environ(), crashVariable+"=1", "GODEBUG=tracebacklabels=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("it did not crash:\n%s", out)
	}
	want := regexp.MustCompile(`panic: ouch\n\ngoroutine \d+ .*"?explore advice"?: "with Config.Isolate this is a find".*"?explore plan"?: "reset to the client on conn 1"`)
	if !want.Match(out) {
		t.Errorf("want a match of %v in\n%s", want, out)
	}
}

// crashing asks a question, and panics in a goroutine of its own if the connection was reset.
func crashing(ctx context.Context, w *explore.Wire) error {
	w.Do("ask", func(ctx context.Context) (any, error) {
		conn, err := w.DialContext(ctx, "tcp", "server.test:4242")
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		conn.Write([]byte("apples\n"))
		if _, err := conn.Read(make([]byte, 100)); errors.Is(err, syscall.ECONNRESET) {
			go panic("ouch")
			select {}
		}
		return nil, nil
	})
	return nil
}
