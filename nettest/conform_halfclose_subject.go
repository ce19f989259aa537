package nettest

import (
	"errors"
	"fmt"
	"io"
	"net"
)

// halves is the subject of TestHalfClose.
type halves struct{ a, b halfCloser }

// A halfCloser can end one direction.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

func newHalves(mk MakePipe) (*halves, func(), error) {
	c1, c2, stop, err := mk()
	if err != nil {
		return nil, nil, err
	}
	a, okA := c1.(halfCloser)
	b, okB := c2.(halfCloser)
	if !okA || !okB {
		stop()
		return nil, nil, fmt.Errorf("%T and %T: one has no CloseWrite", c1, c2)
	}
	return &halves{a, b}, stop, nil
}

// endWrites writes text to one end, and then CloseWrite.
func endWrites(c halfCloser, text string) *call {
	return begin("Write and CloseWrite", func() error {
		if n, err := io.WriteString(c, text); n != len(text) || err != nil {
			return fmt.Errorf("Write(%d bytes) = %d, %v", len(text), n, err)
		}
		return wantNil("CloseWrite", c.CloseWrite())
	})
}

// wantRest checks everything that is left to read.
func wantRest(c net.Conn, want string) error {
	got, err := io.ReadAll(c)
	if string(got) != want || err != nil {
		return fmt.Errorf("read %d bytes to the end, %.40q, %v; want %d, %.40q", len(got), got, err, len(want), want)
	}
	return wantEOF(c)
}

func wantEOF(c net.Conn) error {
	if n, err := c.Read(make([]byte, 10)); n != 0 || err != io.EOF {
		return fmt.Errorf("Read at the end = %d, %v; want 0, io.EOF", n, err)
	}
	return nil
}

// wantEnded checks that one end reads everything that the other writes, and its end.
func wantEnded(from, to halfCloser, text string) error {
	wrote := endWrites(from, text)
	return errors.Join(wantRest(to, text), wrote.end())
}
