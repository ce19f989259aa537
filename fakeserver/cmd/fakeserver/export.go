package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/pcapng"
	"github.com/fakewire/fakewire/fakeserver/transcript/timeline"
)

// A format is what a recording may be exported as.
type format struct {
	name   string // and the file's extension
	binary bool
	write  func(w io.Writer, rec transcript.Recording) error
}

var formats = []format{
	{"html", false, timeline.Write},
	{"jsonl", false, func(w io.Writer, rec transcript.Recording) error { _, err := rec.WriteTo(w); return err }},
	{"pcapng", true, pcapng.Write},
	{"txt", false, func(w io.Writer, rec transcript.Recording) error { return rec.Transcript.DumpTo(w) }},
}

// formatNames returns the names of all formats.
func formatNames() (names []string) {
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// An exporting is what the flags of export say.
type exporting struct {
	to, output string
	conn       int
	force      bool
	hide       hiding
}

func newExport() *cobra.Command {
	var x exporting
	c := &cobra.Command{
		Use:   "export FILE --to " + strings.Join(formatNames(), "|"),
		Short: "Turn a recording into a capture, a page or text",
		Long: `Export writes a recording in another form:

  html     a page with a picture of what happened, which any browser opens
  pcapng   a capture that Wireshark and tshark open
  txt      text, as show prints it
  jsonl    a recording again: of one connection, say, or with secrets hidden

The output is the file's name with another extension, in the working directory, unless --output says otherwise.`,
		Example: `  fakeserver export TestPing.jsonl --to html
  fakeserver export TestPing.jsonl --to pcapng --output - | tshark -r -
  fakeserver export TestPing.jsonl --to jsonl --conn 2 --redact 'token=(\w+)' --output ping.jsonl`,
		Args:              files(1, "the name of a recording"),
		ValidArgsFunction: recordings(1),
		RunE:              func(c *cobra.Command, args []string) error { return x.run(c, args[0]) },
	}
	flags := c.Flags()
	flags.StringVarP(&x.to, "to", "t", "", "the format: "+strings.Join(formatNames(), ", ")+" (by default what the name of the output says)")
	flags.StringVarP(&x.output, "output", "o", "", "the file to write, or - for the standard output")
	flags.IntVarP(&x.conn, "conn", "c", 0, "export only this connection, or this peer of a datagram server")
	flags.BoolVar(&x.force, "force", false, "replace a file that is there")
	c.RegisterFlagCompletionFunc("to", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return formatNames(), cobra.ShellCompDirectiveNoFileComp
	})
	x.hide.addTo(flags)
	return c
}

func (x *exporting) run(c *cobra.Command, name string) error {
	to, err := x.format()
	if err != nil {
		return err
	}
	output := x.outputFor(name, to)
	if output == "-" && to.binary && isTerminal(c.OutOrStdout()) {
		return fmt.Errorf("%s is binary, and the output is a terminal: use --output FILE", to.name)
	}
	rec, err := read(c, name)
	if err != nil {
		return err
	}
	if x.conn != 0 {
		if rec.Transcript = rec.Transcript.Conn(x.conn); rec.Transcript.Len() == 0 {
			return fmt.Errorf("--conn %d: there are no events of it", x.conn)
		}
	}
	rec = x.hide.from(rec)
	if output == "-" {
		w := bufio.NewWriter(c.OutOrStdout())
		return errors.Join(to.write(w, rec), w.Flush())
	}
	if err := x.create(output, to, rec); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.ErrOrStderr(), printable(output))
	return err
}

// format returns the format that was asked for.
func (x *exporting) format() (format, error) {
	to := x.to
	if to == "" {
		to = strings.TrimPrefix(filepath.Ext(x.output), ".")
	}
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == to })
	switch {
	case i >= 0:
		return formats[i], nil
	case to == "":
		return format{}, fmt.Errorf("to what? Say --to with one of %s", strings.Join(formatNames(), ", "))
	}
	return format{}, fmt.Errorf("--to %q: want one of %s", to, strings.Join(formatNames(), ", "))
}

// outputFor returns the name of the output for that of a recording.
func (x *exporting) outputFor(name string, to format) string {
	switch {
	case x.output != "":
		return x.output
	case name == "-":
		return "-"
	}
	base := filepath.Base(name)
	return strings.TrimSuffix(base, filepath.Ext(base)) + "." + to.name
}

// create writes a file, which is there as a whole or not at all.
func (x *exporting) create(name string, to format, rec transcript.Recording) (err error) {
	if _, err := os.Lstat(name); err == nil && !x.force {
		return fmt.Errorf("%s is there already: use --force to replace it, or --output for another name", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".fakeserver-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriter(f)
	if err := errors.Join(to.write(w, rec), w.Flush(), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
