// Command fakeserver runs fake servers, and works with the recordings that they leave. It serves, stands in front of real servers, and
// plays recordings again; it shows recordings, tells in what two of them
// differ, and turns them into captures for Wireshark, pages for a browser, and text.
//
//	go run github.com/fakewire/fakewire/fakeserver/cmd/fakeserver@latest serve --tcp :1902 > log
//	go run github.com/fakewire/fakewire/fakeserver/cmd/fakeserver@latest show testdata/x.jsonl
//
// A module that has it as a tool runs the version that it tests with:
//
//	go get -tool github.com/fakewire/fakewire/fakeserver/cmd/fakeserver
//	go tool fakeserver show testdata/x.jsonl
//
// # Exit codes
//
// It exits with 0 if all is right; with 1 where diff finds a difference, or where not all was as it should have been while a server ran: a client
// said something else than a script or a recording wants, a rule of the plan did not act, an upstream could not be reached; and
// with 2 if it can't do what it was asked to. Of these, go run makes 0 and 1, whereas go tool keeps them.
//
// # Signals
//
// An interrupt (^C) or SIGTERM ends servers in order: connections are closed, recordings get their closing line, and what became of the rules is told.
// A second one ends the process at once. SIGHUP takes plans again; without --faults it is an end like the others. Of a process
// that is killed, recordings have all but what happened just before.
//
// # Limits
//
// Where the output is a pipe or a terminal that nothing reads, clients have to wait, too, when 4 MiB are waiting for it; recordings have
// by then what came before. In memory a server keeps no bytes, but the events of its connections: about 1 KB for each connection that there ever was.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// How the command ends.
const (
	allRight    = 0
	isDifferent = 1
	isInTrouble = 2
)

func main() { os.Exit(run()) }

// run runs the command that the process was called with, and returns how it ends. An interrupt ends it in order; a second one at once.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { time.AfterFunc(sameSignal, stop) })
	return execute(ctx, newRoot(), os.Stderr)
}

// sameSignal is how far apart two signals may be that are one: timeout, and a shell's ^C, may send it to the process, and to its
// group.
const sameSignal = 100 * time.Millisecond

// execute runs a command, and returns how it ends. What is wrong goes to w.
func execute(ctx context.Context, c *cobra.Command, w io.Writer) int {
	err := c.ExecuteContext(ctx)
	switch {
	case err == nil:
		return allRight
	case errors.Is(err, errDifferent), errors.Is(err, errUnexpected):
		return isDifferent
	case errors.Is(err, syscall.EPIPE): // of head, say
		return allRight
	}
	fmt.Fprintf(w, "fakeserver: %s\n", printable(strings.TrimPrefix(err.Error(), "fakeserver: ")))
	return isInTrouble
}

// newRoot returns the command.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "fakeserver",
		Short: "Run fake servers, and work with the recordings that they leave",
		Long: `Fakeserver runs servers that record everything and let things go wrong, and works with the recordings that they, and the fake servers of tests, leave:
files that end in .jsonl.

A file may be - for the standard input. Colors are used on a terminal, unless NO_COLOR is set.`,
		Example: `  fakeserver serve --tcp :1902 > log
  fakeserver proxy --listen :6380 --to 127.0.0.1:6379 --record redis.jsonl
  fakeserver replay redis.jsonl --listen :6379
  fakeserver show TestPing.jsonl
  fakeserver show --conn 2 --hex TestPing.jsonl
  fakeserver diff good.jsonl bad.jsonl
  fakeserver export TestPing.jsonl --to pcapng`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w\nSee '%s --help'", err, c.CommandPath())
	})
	root.AddCommand(newServe(), newProxy(), newReplay(), newShow(), newDiff(), newExport())
	return root
}

// recordings lets a shell complete arguments by the names of recordings, at most so many.
func recordings(most int) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return []string{"jsonl"}, cobra.ShellCompDirectiveFilterFileExt
	}
}

// files wants so many arguments, and says what they are.
func files(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			arguments := "arguments"
			if len(args) == 1 {
				arguments = "argument"
			}
			return fmt.Errorf("%s takes %s, and got %d %s\nSee '%s --help'", c.Name(), what, len(args), arguments, c.CommandPath())
		}
		return nil
	}
}

// noArguments wants none, and says which flag has what was meant.
func noArguments(flag string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("%s takes no arguments, and got %q: is it for %s?\nSee '%s --help'", c.Name(), args[0], flag, c.CommandPath())
		}
		return nil
	}
}
