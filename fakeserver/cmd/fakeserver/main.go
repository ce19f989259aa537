// Command fakeserver works with the recordings that fake servers leave: it shows them, tells in what two of them
// differ, and turns them into captures for Wireshark, pages for a browser, and text.
//
//	go run github.com/fakewire/fakewire/fakeserver/cmd/fakeserver@latest show testdata/x.jsonl
//
// A module that has it as a tool runs the version that it tests with:
//
//	go get -tool github.com/fakewire/fakewire/fakeserver/cmd/fakeserver
//	go tool fakeserver show testdata/x.jsonl
//
// It exits with 0, with 1 where diff finds a difference, and with 2 if it can't do what it was asked to. Of these,
// go run makes 0 and 1, whereas go tool keeps them.
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
		Short: "Work with the recordings that fake servers leave",
		Long: `Fakeserver works with the recordings that fake servers leave when a test fails: files that end in .jsonl.

A file may be - for the standard input. Colors are used on a terminal, unless NO_COLOR is set.`,
		Example: `  fakeserver show TestPing.jsonl
  fakeserver show --conn 2 --hex TestPing.jsonl
  fakeserver diff good.jsonl bad.jsonl
  fakeserver export TestPing.jsonl --to pcapng`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w\nSee '%s --help'", err, c.CommandPath())
	})
	root.AddCommand(newServe(), newProxy(), newShow(), newDiff(), newExport())
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
