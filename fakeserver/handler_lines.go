package fakeserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Lines speaks a line protocol as a production server does: each line gets an
// answer, lines have a largest size, and a client may be idle only so long.
//
// A line ends with "\n", or "\r\n"; its answer ends in the same way. What comes
// before the end of the stream without a line's end is a line too. When a line exceeds
// MaxBytes, the line gets TooLong for an answer, nothing after it is looked at, and
// the connection ends in order; the record says why. When the client is idle for
// IdleTimeout, the connection ends in order too.
type Lines struct {
	// Answer makes the answer to a line; both without the line's end. If nil, it is
	// strings.ToUpper. It may be called from several goroutines at once.
	Answer func(line string) string
	// MaxBytes is the largest line, without its end. If zero, 1024.
	MaxBytes int
	// IdleTimeout is how long each line may take to come. If zero, one minute.
	IdleTimeout time.Duration
	// TooLong is sent to a client whose line is too long, before the connection ends:
	// "500 line too long\r\n", say. If empty, nothing.
	TooLong string
}

// Validate refuses a negative MaxBytes or IdleTimeout.
func (h Lines) Validate() error {
	if h.MaxBytes < 0 {
		return fmt.Errorf("MaxBytes is %d, want 0 or more", h.MaxBytes)
	}
	if h.IdleTimeout < 0 {
		return fmt.Errorf("IdleTimeout is %v, want 0 or more", h.IdleTimeout)
	}
	return nil
}

// ServeConn answers lines until the client's end of stream.
func (h Lines) ServeConn(ctx context.Context, c *Conn) error {
	if h.Answer == nil {
		h.Answer = strings.ToUpper
	}
	return h.serve(c, func(line, end string) (string, error) { return h.Answer(line) + end, nil })
}

// serve answers lines until the client's end of stream, each by what answer makes of it and of
// its end. If that is empty, it says nothing.
func (h Lines) serve(c *Conn, answer func(line, end string) (string, error)) error {
	if h.MaxBytes == 0 {
		h.MaxBytes = defaultMax
	}
	if h.IdleTimeout == 0 {
		h.IdleTimeout = time.Minute
	}
	r := lineReader{c: c, max: h.MaxBytes}
	for n := 1; ; n++ {
		c.Step(fmt.Sprintf("line %d", n))
		c.SetReadDeadline(time.Now().Add(h.IdleTimeout))
		line, end, err := r.next()
		if errors.Is(err, ErrLineTooLong) {
			io.WriteString(c, h.TooLong)
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("line %d: idle for %v: %w", n, h.IdleTimeout, err)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		text, err := answer(line, end)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if text == "" {
			continue
		}
		if _, err := io.WriteString(c, text); err != nil {
			return fmt.Errorf("answer %d: %w", n, err)
		}
	}
}

// lineReader cuts what it reads into lines of at most max bytes.
type lineReader struct {
	c    io.Reader
	max  int
	buf  []byte
	room []byte // for one read
	done bool   // the end of the stream was read
}

// next returns the next line and its end.
func (r *lineReader) next() (line, end string, err error) {
	for {
		if i := bytes.IndexByte(r.buf, '\n'); i >= 0 {
			line, end = string(r.buf[:i]), "\n"
			r.buf = r.buf[i+1:]
			if rest, ok := strings.CutSuffix(line, "\r"); ok {
				line, end = rest, "\r\n"
			}
			if len(line) > r.max {
				return "", "", r.tooLong()
			}
			return line, end, nil
		}
		if n := len(r.buf); n > r.max+1 || n == r.max+1 && r.buf[r.max] != '\r' { // which may belong to the line's end
			return "", "", r.tooLong()
		}
		if r.done {
			return r.last()
		}
		if err := r.fill(); err != nil {
			return "", "", err
		}
	}
}

func (r *lineReader) tooLong() error { return fmt.Errorf("%w: over %d bytes", ErrLineTooLong, r.max) }

// last returns what came before the end of stream without a line's end.
func (r *lineReader) last() (line, end string, err error) {
	line, r.buf = string(r.buf), nil
	switch {
	case line == "":
		return "", "", io.EOF
	case len(line) > r.max:
		return "", "", r.tooLong()
	}
	return line, "\n", nil
}

// maxFill is how much room a read gets at most, though a line may be longer.
const maxFill = 256 << 10

// fill reads once.
func (r *lineReader) fill() error {
	if r.room == nil {
		r.room = make([]byte, min(r.max+2, maxFill))
	}
	p := r.room[:min(r.max+2-len(r.buf), len(r.room))]
	n, err := r.c.Read(p)
	r.buf = append(r.buf, p[:n]...)
	if err == io.EOF {
		r.done = true
		return nil
	}
	return err
}
