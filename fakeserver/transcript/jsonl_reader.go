package transcript

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/store"
)

// Read reads a recording that WriteTo or a Writer has written: see the package's Files. If there is an error, it names
// the line, and the recording has what came before: it wraps ErrCutOff if the end is missing,
// ErrFormat if the input is damaged or is no recording, or r's own error.
func Read(r io.Reader) (Recording, error) {
	in, err := NewReader(r)
	if err != nil {
		return Recording{}, err
	}
	var events store.List
	var part []int
	names := map[string]string{}
	for {
		e, err := in.Next()
		if err != nil {
			t := Of(in.Header(), store.NewNumber(), events.Snapshot())
			if len(part) < events.Len() {
				t.events = t.events.Part(part)
			}
			if err == io.EOF {
				err = in.wantEnd()
			}
			return Recording{t, in.Origin(), in.Changes(), in.Report()}, err
		}
		// Events of a record have few peers and rules.
		for _, s := range []*string{&e.Peer, &e.Rule} {
			if _, known := names[*s]; !known {
				names[*s] = *s
			}
			*s = names[*s]
		}
		events.Skip(int(e.Seq) - 1 - events.Len())
		part = append(part, events.Len())
		events.Add(EntryOf(&e))
	}
}

// ReadFile reads a recording from the named file: see Read.
func ReadFile(name string) (Recording, error) {
	f, err := os.Open(name)
	if err != nil {
		return Recording{}, err
	}
	defer f.Close()
	rec, err := Read(f)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return rec, err
}

// A Reader reads a recording event by event, in memory that does not grow with it. It has one
// user at a time.
type Reader struct {
	r       *bufio.Reader
	n       int // lines
	buf     []byte
	header  Header
	origin  Origin
	changes []Change
	report  json.RawMessage
	line    line
	last    int64 // the highest Seq so far
	events  int64
	err     error // what ended it
}

// NewReader returns a Reader of what r has, and reads the header. Its errors are those of Read.
func NewReader(r io.Reader) (*Reader, error) {
	b := &Reader{r: bufio.NewReaderSize(r, 64<<10)}
	text, err := b.read()
	if err != nil {
		return nil, err
	}
	if err := b.readHeader(text); err != nil {
		return nil, b.damaged(err)
	}
	return b, nil
}

// Header returns what the recording is a record of. Its Start is in UTC; zero, if the recording does not say.
func (r *Reader) Header() Header { return r.header }

// Origin returns how the recording came about.
func (r *Reader) Origin() Origin { return r.origin }

// Changes returns the plans that took over so far. They are shared with what later calls return, and must not be changed.
func (r *Reader) Changes() []Change { return slices.Clip(r.changes) }

// Report returns what became of the rules, once Next has returned io.EOF; nil if that was not told.
func (r *Reader) Report() json.RawMessage { return r.report }

// Next returns the next event, whose Data is the caller's. After the last one it returns io.EOF, without a look at what
// comes after the closing line, so that a file can be followed as it grows; and after an error, which is one of those
// of Read, that error again.
func (r *Reader) Next() (Event, error) {
	for r.err == nil {
		var text []byte
		if text, r.err = r.read(); r.err != nil {
			break
		}
		e, err := r.next(text)
		switch {
		case errors.Is(err, errEndsInside) && r.wantEnd() == nil: // an editor has ended the last line
			r.err = fmt.Errorf("transcript: %w in line %d", ErrCutOff, r.n)
		case err != nil:
			r.err = r.damaged(err)
		case e.Seq > 0:
			return e, nil
		}
	}
	return Event{}, r.err
}

// read returns the next line without its end.
func (r *Reader) read() ([]byte, error) {
	r.buf = r.buf[:0]
	for {
		part, err := r.r.ReadSlice('\n')
		r.buf = append(r.buf, part...)
		switch {
		case err == nil:
			r.n++
			return r.buf, nil
		case err == bufio.ErrBufferFull:
		case err != io.EOF:
			return nil, fmt.Errorf("transcript: line %d: %w", r.n+1, err)
		case len(r.buf) > 0:
			return nil, fmt.Errorf("transcript: %w in line %d", ErrCutOff, r.n+1)
		case r.n == 0:
			return nil, fmt.Errorf("transcript: %w: it is empty", ErrFormat)
		default:
			return nil, fmt.Errorf("transcript: %w after line %d", ErrCutOff, r.n)
		}
	}
}

// damaged says in which line something is wrong.
func (r *Reader) damaged(err error) error {
	return fmt.Errorf("transcript: line %d: %w: %w", r.n, ErrFormat, err)
}

func (r *Reader) readHeader(text []byte) error {
	l := &r.line
	if err := l.parse(text); err != nil {
		return err
	}
	if !slices.Contains(l.names, "fakewire") {
		return errors.New(`a recording begins with {"fakewire":1`)
	}
	if v := l.number("fakewire", math.MaxInt64); l.err == nil && v != version {
		return fmt.Errorf("its version is %d, and this package reads %d: use the version of the package that wrote it", v, version)
	}
	h := Header{Name: l.text("name"), Network: l.text("network"), Address: l.text("address")}
	if text, found := l.bytes("start"); found {
		start, err := time.Parse(time.RFC3339Nano, string(text))
		if err != nil {
			l.wrong("start", "a time such as 2006-01-02T15:04:05.999Z", text)
		}
		h.Start = start.UTC()
	}
	o := Origin{Test: l.text("test"), Rerun: l.text("rerun"), Seed: l.unsigned("seed"), Plan: l.raw("plan")}
	r.header, r.origin = h, o
	return l.done()
}

// next reads a line after the header: an event, or what has no Seq.
func (r *Reader) next(text []byte) (e Event, err error) {
	l := &r.line
	if err := l.parse(text); err != nil {
		return Event{}, err
	}
	switch {
	case slices.Contains(l.names, "seq"):
		return r.event(l)
	case slices.Contains(l.names, "after"):
		return Event{}, r.change(l)
	case slices.Contains(l.names, "events"):
		return Event{}, r.close(l)
	}
	return Event{}, errors.New(`want an event, with "seq", a plan, with "after", or the end, with "events"`)
}

func (r *Reader) event(l *line) (Event, error) {
	e := Event{
		Seq: l.number("seq", maxSeq), At: l.seconds("at"), Conn: int(l.number("conn", math.MaxInt32)),
		Direction: Direction(l.word("direction", directionWords[:])), Kind: Kind(l.word("kind", kindNames[:])),
		Offset: l.number("offset", math.MaxInt64), Count: l.number("count", math.MaxInt64), Times: l.number("times", math.MaxInt64),
		Sum: l.unsigned("sum"), Peer: l.text("peer"), Rule: l.text("rule"), Text: l.text("text"), AtClose: l.yes("atClose"),
	}
	if data, found := l.bytes("data"); found {
		e.Data = data
	}
	if err := l.done(); err != nil {
		return Event{}, err
	}
	if e.Kind == 0 {
		return Event{}, errors.New("kind: missing")
	}
	if err := e.inFile(r.last); err != nil {
		return Event{}, err
	}
	r.last = e.Seq
	r.events++
	return e, nil
}

func (r *Reader) change(l *line) error {
	c := Change{After: l.number("after", maxSeq), Plan: l.raw("plan")}
	if err := l.done(); err != nil {
		return err
	}
	switch {
	case c.Plan == nil:
		return errors.New("plan: missing")
	case c.After < r.last:
		return fmt.Errorf("after: %d comes after %d", c.After, r.last)
	}
	r.last = c.After
	r.changes = append(r.changes, c)
	return nil
}

// wantEnd wants nothing after the closing line.
func (r *Reader) wantEnd() error {
	switch _, err := r.r.Peek(1); err {
	case io.EOF:
		return nil
	case nil:
		return r.damaged(errors.New("there is more after the end"))
	default:
		return fmt.Errorf("transcript: line %d: %w", r.n+1, err)
	}
}

func (r *Reader) close(l *line) error {
	n, report := l.number("events", math.MaxInt64), l.raw("report")
	if err := l.done(); err != nil {
		return err
	}
	if n != r.events {
		return fmt.Errorf("events: %d were written, and %d are there", n, r.events)
	}
	r.report, r.err = report, io.EOF
	return nil
}
