package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A showing is what the flags of show say.
type showing struct {
	follow bool
	conn   int
	hex    bool
	colors choice
	hide   hiding
}

func newShow() *cobra.Command {
	s := showing{colors: automatic}
	c := &cobra.Command{
		Use:   "show FILE",
		Short: "Print a recording for people",
		Long: `Show prints a recording: what it is of, each event with all of its data, and what became of each rule.

It reads the file as it prints it, and so a file may be of any length.`,
		Example: `  fakeserver show TestPing.jsonl
  fakeserver show --conn 2 --hex TestPing.jsonl
  fakeserver show --follow server.jsonl
  fakeserver show --redact 'token=(\w+)' TestPing.jsonl`,
		Args:              files(1, "the name of a recording"),
		ValidArgsFunction: recordings(1),
		RunE:              func(c *cobra.Command, args []string) error { return s.run(c, args[0]) },
	}
	flags := c.Flags()
	flags.BoolVarP(&s.follow, "follow", "f", false, "go on as the file grows, until its end is written or an interrupt comes")
	flags.IntVarP(&s.conn, "conn", "c", 0, "show only this connection, or this peer of a datagram server")
	flags.BoolVarP(&s.hex, "hex", "x", false, "show all data as hex, also text")
	flags.Var(&s.colors, "color", "use colors: auto, always or never")
	c.RegisterFlagCompletionFunc("color", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{string(automatic), string(always), string(never)}, cobra.ShellCompDirectiveNoFileComp
	})
	s.hide.addTo(flags)
	return c
}

func (s *showing) run(c *cobra.Command, name string) error {
	if s.conn < 0 {
		return fmt.Errorf("--conn %d: connections count from 1", s.conn)
	}
	if s.follow && s.hide.wanted() {
		return errors.New("--follow and --redact can't be had together: what is to be hidden may be cut anywhere, and is known only at the end")
	}
	r, done, err := s.source(c, name)
	if err != nil {
		return err
	}
	defer done()
	p := printer{
		w: bufio.NewWriter(c.OutOrStdout()), colors: s.colors.colors(c.OutOrStdout()), conn: s.conn, live: s.follow,
		events: transcript.Printer{Header: r.Header(), Hex: s.hex},
	}
	err = p.all(r)
	if flushErr := p.w.Flush(); err == nil {
		err = flushErr
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, transcript.ErrCutOff) && c.Context().Err() != nil: // by an interrupt
		return nil
	case errors.Is(err, transcript.ErrCutOff), errors.Is(err, transcript.ErrFormat):
		return inFile(name, err)
	}
	return err
}

// source returns what is to be shown, and what is to be called at the end.
func (s *showing) source(c *cobra.Command, name string) (r source, done func() error, err error) {
	if s.hide.wanted() { // a secret may be cut anywhere, and so all has to be there
		rec, err := read(c, name)
		rec = s.hide.from(rec)
		return &held{rec: rec, events: slices.Collect(rec.Transcript.All())}, func() error { return nil }, err
	}
	f, err := open(c, name)
	if err != nil {
		return nil, nil, err
	}
	from := io.Reader(f)
	if s.follow {
		from = followed{c.Context(), f}
	}
	in, err := transcript.NewReader(from)
	if err != nil {
		f.Close()
		return nil, nil, inFile(name, err)
	}
	return in, f.Close, nil
}

// A source is what a recording is printed from: a Reader, or a held.
type source interface {
	Header() transcript.Header
	Origin() transcript.Origin
	Next() (transcript.Event, error)
	Changes() []transcript.Change
	Report() json.RawMessage
}

// A held is a recording that is in memory.
type held struct {
	rec     transcript.Recording
	events  []transcript.Event // that are to come
	changes int
}

func (h *held) Header() transcript.Header { return h.rec.Transcript.Header() }

func (h *held) Origin() transcript.Origin { return h.rec.Origin }

func (h *held) Changes() []transcript.Change { return h.rec.Changes[:h.changes] }

func (h *held) Report() json.RawMessage { return h.rec.Report }

// Next returns the next event, as a Reader's Next does.
func (h *held) Next() (transcript.Event, error) {
	for h.changes < len(h.rec.Changes) && (len(h.events) == 0 || h.rec.Changes[h.changes].After < h.events[0].Seq) {
		h.changes++
	}
	if len(h.events) == 0 {
		return transcript.Event{}, io.EOF
	}
	e := h.events[0]
	h.events = h.events[1:]
	return e, nil
}

// A printer prints a recording as it is read.
type printer struct {
	w       *bufio.Writer
	events  transcript.Printer
	colors  bool
	conn    int
	live    bool           // print each event at once
	prefix  string         // of each line
	counted map[side]int64 // bytes of each side, to be told at its end; nil: they are not
	changes int            // that were printed
}

// all prints all that r has.
func (p *printer) all(r source) error {
	p.head(r.Header(), r.Origin())
	if p.live {
		if err := p.w.Flush(); err != nil {
			return err
		}
	}
	shown, seen := 0, 0
	for {
		e, err := r.Next()
		for _, change := range r.Changes()[p.changes:] {
			p.plan("the plan became", change.Plan)
			p.changes++
		}
		if err != nil && err != io.EOF {
			return err
		}
		if err == io.EOF {
			break
		}
		if seen++; p.conn == 0 || e.Conn == p.conn {
			shown++
			p.event(e)
		}
		if p.live {
			if err := p.w.Flush(); err != nil {
				return err
			}
		}
	}
	if p.conn > 0 && shown == 0 {
		return fmt.Errorf("--conn %d: none of the %d events is of it", p.conn, seen)
	}
	return p.report(r.Report())
}

// head prints what the recording is of, and how it came about.
func (p *printer) head(h transcript.Header, o transcript.Origin) {
	p.line(bold, h.String())
	if !h.Start.IsZero() {
		p.line(plain, "started    "+h.Start.Format(time.RFC3339Nano))
	}
	if o.Test != "" && o.Test != h.Name {
		p.line(plain, "test       "+o.Test)
	}
	if o.Rerun != "" {
		p.line(plain, "run again  "+o.Rerun)
	}
	if o.Seed != 0 {
		p.line(plain, fmt.Sprintf("seed       %#x", o.Seed))
	}
	p.plan("plan      ", o.Plan)
	p.line(plain, "")
}

// plan prints a plan, if it has rules.
func (p *printer) plan(what string, text []byte) {
	plan, err := fault.ParsePlan(text)
	if err == nil && len(plan.Rules) == 0 && what != "the plan became" || len(text) == 0 {
		return
	}
	p.line(plain, what+" "+string(text))
}

func (p *printer) event(e transcript.Event) {
	var b strings.Builder
	p.events.Print(&b, e) // a Builder has no errors
	p.paint(colorOf(e), printable(b.String()))
	if p.counted != nil {
		p.count(e)
	}
}

// count counts bytes, and says at a connection's end how many there were.
func (p *printer) count(e transcript.Event) {
	switch e.Kind {
	case transcript.Data, transcript.Discarded:
		p.counted[side{e.Conn, e.Direction}] += e.Size()
	case transcript.Unsent:
		p.counted[side{e.Conn, e.Direction}] -= e.Count
	case transcript.Close:
		from, to := side{e.Conn, transcript.FromClient}, side{e.Conn, transcript.ToClient}
		p.line(bold, fmt.Sprintf("%*sconn %-3d %d B from the client, %d B to it", len("    1    0.000000s  "), "", e.Conn, p.counted[from], p.counted[to]))
		delete(p.counted, from)
		delete(p.counted, to)
	}
}

// report prints what became of the rules.
func (p *printer) report(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	var r fault.Report
	if err := r.UnmarshalJSON(text); err != nil {
		return fmt.Errorf("the closing line: %w: %w", transcript.ErrFormat, err)
	}
	if len(r.Rules) > 0 {
		p.line(plain, "")
		p.line(plain, strings.TrimSuffix(r.String(), "\n"))
	}
	return nil
}

// line prints a line.
func (p *printer) line(color, text string) { p.paint(color, printable(text)+"\n") }

func (p *printer) paint(color, text string) {
	if !p.colors {
		color = plain
	}
	if p.prefix != "" {
		text = p.prefix + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+p.prefix) + "\n"
	}
	p.w.WriteString(painted(text, color)) // which Flush tells
}
