//go:build linux

package realservers

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
)

// A client is a program that talks to a server, and ends.
type client struct {
	name  string
	args  []string // with $addr, $host and $port
	input string
}

// A result is what a client made of a conversation.
type result struct {
	output string // of its standard output
	exit   int
	errors string // of its standard error, which may name ports
}

func (r result) String() string {
	return fmt.Sprintf("exit %d, output %s, errors %q", r.exit, servertest.Brief([]byte(r.output)), r.errors)
}

// command returns the client's command, which talks to an address until ctx ends.
func (c client) command(ctx context.Context, t *testing.T, addr string) *exec.Cmd {
	t.Helper()
	host, port, _ := net.SplitHostPort(addr)
	values := map[string]string{"addr": addr, "host": host, "port": port}
	args := make([]string, len(c.args))
	for i, arg := range c.args {
		args[i] = os.Expand(arg, func(name string) string { return values[name] })
	}
	cmd := exec.CommandContext(ctx, servertest.Tool(t, c.name), args...)
	cmd.Env = environment(t.TempDir())
	cmd.Stdin = strings.NewReader(c.input)
	return cmd
}

// talk runs the client against an address until it ends.
func (c client) talk(t *testing.T, addr string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), servertest.Patience)
	defer cancel()
	cmd := c.command(ctx, t, addr)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return result{out.String(), cmd.ProcessState.ExitCode(), complaints.String()}
}
