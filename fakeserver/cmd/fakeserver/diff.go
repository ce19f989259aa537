package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// errDifferent says that two recordings differ, which was printed.
var errDifferent = errors.New("the recordings differ")

func newDiff() *cobra.Command {
	var ignored ignoring
	quiet := false
	c := &cobra.Command{
		Use:   "diff A B",
		Short: "Say in what two recordings differ",
		Long: `Diff compares what two runs have in common: for each connection and direction the bytes, the faults at their offsets and
the ending. Times, ports, and how bytes were cut into reads and writes are not compared.

It exits with 0 if there is no difference, with 1 if there is one, and with 2 if it can't tell.`,
		Example: `  fakeserver diff good.jsonl bad.jsonl
  fakeserver diff --ignore 'Date: .*' --ignore-range 1:from-client:0-16 good.jsonl bad.jsonl`,
		Args:              files(2, "the names of two recordings"),
		ValidArgsFunction: recordings(2),
		RunE: func(c *cobra.Command, args []string) error {
			if args[0] == "-" && args[1] == "-" {
				return errors.New("the standard input can't be both of the recordings")
			}
			compared, err := ignored.comparison(args[0], args[1])
			if err != nil {
				return err
			}
			var both [2]transcript.Recording
			for i, name := range args {
				if both[i], err = read(c, name); err != nil {
					return err
				}
			}
			text := compared.Diff(both[0].Transcript, both[1].Transcript)
			if text == "" {
				return nil
			}
			if !quiet {
				if _, err := fmt.Fprint(c.OutOrStdout(), printable(text)); err != nil {
					return err
				}
			}
			return errDifferent
		},
	}
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "print nothing: only the exit code tells")
	ignored.addTo(c.Flags())
	return c
}
