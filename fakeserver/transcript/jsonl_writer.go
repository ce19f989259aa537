package transcript

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
	"unicode/utf8"
)

// WriteTo writes the recording to w as JSONL: see the package's Files. What the transcript's Redactor hides is not
// in it; without one, it needs no memory beyond what the recording has. Its errors are w's, and those of a plan or a report that is not JSON.
func (r Recording) WriteTo(w io.Writer) (n int64, err error) {
	counted := &countingWriter{w: w}
	err = r.writeAll(counted)
	return counted.n, err
}

// WriteFile writes the recording to the named file, which it makes or replaces: see WriteTo.
func (r Recording) WriteFile(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = r.WriteTo(f)
	return errors.Join(err, f.Close())
}

func (r Recording) writeAll(to io.Writer) error {
	r = r.Redacted()
	w, err := NewWriter(to, r.Transcript.header, r.Origin)
	if err != nil {
		return err
	}
	changes := r.Changes
	for e := range r.Transcript.All() {
		for len(changes) > 0 && changes[0].After < e.Seq {
			if err := w.change(changes[0]); err != nil {
				return err
			}
			changes = changes[1:]
		}
		if err := w.Write(e); err != nil {
			return err
		}
	}
	for _, c := range changes {
		if err := w.change(c); err != nil {
			return err
		}
	}
	return w.Close(r.Report)
}

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// A Writer writes a recording event by event, in memory that does not grow with it. It hides nothing: what it is
// given should come from a recording's Redacted. After an error,
// all its methods return that. It has one user at a time.
type Writer struct {
	w    *bufio.Writer
	line []byte // memory to be used again
	last int64  // the highest Seq so far
	n    int64  // events
	err  error
}

// NewWriter returns a Writer of a recording that begins with h and o. What it writes may not have left
// before Flush or Close.
func NewWriter(w io.Writer, h Header, o Origin) (*Writer, error) {
	b := &Writer{w: bufio.NewWriterSize(w, 64<<10)}
	b.line = append(b.line, `{"fakewire":`...)
	b.line = strconv.AppendInt(b.line, version, 10)
	b.text("name", h.Name)
	b.text("network", h.Network)
	b.text("address", h.Address)
	if !h.Start.IsZero() {
		b.text("start", h.Start.UTC().Format(time.RFC3339Nano))
	}
	b.text("test", o.Test)
	b.text("rerun", o.Rerun)
	b.unsigned("seed", o.Seed)
	b.raw("plan", o.Plan)
	return b, b.end()
}

// Write writes an event. Its Seq has to be higher than that of the one before: what is between
// the two was left out.
func (w *Writer) Write(e Event) error {
	if w.err != nil {
		return w.err
	}
	if err := e.inFile(w.last); err != nil {
		w.err = fmt.Errorf("transcript: writing an event: %w", err)
		return w.err
	}
	w.last = e.Seq
	w.n++
	w.line = strconv.AppendInt(append(w.line[:0], `{"seq":`...), e.Seq, 10)
	w.line = appendSeconds(append(w.line, `,"at":`...), int64(e.At))
	w.number("conn", int64(e.Conn))
	if e.Direction != Neither {
		w.text("direction", directionWords[e.Direction])
	}
	w.text("kind", kindNames[e.Kind])
	w.number("offset", e.Offset)
	if e.Data != nil {
		w.bytes("data", e.Data)
	}
	w.number("count", e.Count)
	w.number("times", e.Times)
	w.unsigned("sum", e.Sum)
	w.text("peer", e.Peer)
	w.text("rule", e.Rule)
	w.text("text", e.Text)
	if e.AtClose {
		w.line = append(w.line, `,"atClose":true`...)
	}
	return w.end()
}

// Change writes that the plan was replaced after the last event.
func (w *Writer) Change(plan json.RawMessage) error { return w.change(Change{w.last, plan}) }

func (w *Writer) change(c Change) error {
	if w.err != nil {
		return w.err
	}
	if c.After < w.last || len(c.Plan) == 0 {
		w.err = fmt.Errorf("transcript: writing a plan after event %d: want one, and that it is not before event %d", c.After, w.last)
		return w.err
	}
	w.last = c.After
	w.line = strconv.AppendInt(append(w.line[:0], `{"after":`...), c.After, 10)
	w.raw("plan", c.Plan)
	return w.end()
}

// Flush hands what was written so far to the underlying writer.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	return w.err
}

// Close writes the closing line, with the report, which may be nil, and flushes. It does not close the
// underlying writer.
func (w *Writer) Close(report json.RawMessage) error {
	if w.err != nil {
		return w.err
	}
	w.line = strconv.AppendInt(append(w.line[:0], `{"events":`...), w.n, 10)
	w.raw("report", report)
	if err := w.end(); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	w.err = errors.New("transcript: the Writer is closed")
	return nil
}

// end writes the line.
func (w *Writer) end() error {
	if w.err == nil {
		_, w.err = w.w.Write(append(w.line, '}', '\n'))
	}
	return w.err
}

// name begins a field.
func (w *Writer) name(name, suffix string) {
	w.line = append(w.line, `,"`...)
	w.line = append(w.line, name...)
	w.line = append(w.line, suffix...)
	w.line = append(w.line, `":`...)
}

// number writes a field that is left out where it is zero, as are all but those that begin a line.
func (w *Writer) number(name string, n int64) {
	if n != 0 {
		w.name(name, "")
		w.line = strconv.AppendInt(w.line, n, 10)
	}
}

// unsigned writes a number of 64 bits. One that readers who know only float64 would round is text.
func (w *Writer) unsigned(name string, n uint64) {
	switch {
	case n == 0:
	case n <= exactInFloat64:
		w.name(name, "")
		w.line = strconv.AppendUint(w.line, n, 10)
	default:
		w.name(name, "")
		w.line = append(strconv.AppendUint(append(w.line, `"0x`...), n, 16), '"')
	}
}

func (w *Writer) text(name, s string) {
	switch {
	case s == "":
	case isReadable(s):
		w.name(name, "")
		w.line = appendQuote(w.line, s)
	default:
		w.bytes(name, []byte(s))
	}
}

func (w *Writer) bytes(name string, p []byte) {
	if isReadable(p) {
		w.name(name, "")
		w.line = appendQuote(w.line, p)
		return
	}
	w.name(name, base64Suffix)
	w.line = append(base64.StdEncoding.AppendEncode(append(w.line, '"'), p), '"')
}

// appendQuote appends p, which is readable, as JSON and Go quote it.
func appendQuote[T string | []byte](line []byte, s T) []byte {
	line = append(line, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			line = append(line, '\\', c)
		case '\n':
			line = append(line, '\\', 'n')
		case '\r':
			line = append(line, '\\', 'r')
		case '\t':
			line = append(line, '\\', 't')
		default:
			line = append(line, c)
		}
	}
	return append(line, '"')
}

// raw writes JSON on one line.
func (w *Writer) raw(name string, text json.RawMessage) {
	if len(text) == 0 || w.err != nil {
		return
	}
	w.name(name, "")
	b := bytes.NewBuffer(w.line)
	err := json.Compact(b, text)
	if err == nil && !utf8.Valid(text) {
		err = errors.New("it is not UTF-8")
	}
	if err != nil {
		w.err = fmt.Errorf("transcript: the %s is not JSON: %w", name, err)
		return
	}
	w.line = b.Bytes()
}
