package clientview_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// An outcome is what an operation gives.
type outcome struct {
	n    int
	data string
	err  class
	op   string // the *net.OpError's; empty for an error without one, such as io.EOF
}

func (o outcome) String() string {
	op := ""
	if o.op != "" {
		op = " in " + o.op
	}
	return fmt.Sprintf("%d %s, %s%s", o.n, brief([]byte(o.data)), o.err, op)
}

// A class is what errors.Is says of an error.
type class string

// The classes.
const (
	ok        class = "nil"
	atEnd     class = "EOF"
	cutShort  class = "ErrUnexpectedEOF"
	timedOut  class = "timeout"
	wasReset  class = "ECONNRESET"
	isBroken  class = "EPIPE"
	isRefused class = "ECONNREFUSED"
	isTooLong class = "EMSGSIZE"
)

// bare reports whether the class's errors come without a *net.OpError.
func (c class) bare() bool { return c == ok || c == atEnd || c == cutShort }

// classOf returns an error's class, or its words.
func classOf(err error) class {
	for _, known := range []struct {
		is    error
		class class
	}{
		{io.EOF, atEnd}, {io.ErrUnexpectedEOF, cutShort}, {os.ErrDeadlineExceeded, timedOut}, {syscall.ECONNRESET, wasReset},
		{syscall.EPIPE, isBroken}, {syscall.ECONNREFUSED, isRefused}, {syscall.EMSGSIZE, isTooLong},
	} {
		if errors.Is(err, known.is) {
			return known.class
		}
	}
	return class(fmt.Sprint(err))
}

// gave returns the outcome of an operation.
func gave(n int, data string, err error) outcome {
	o := outcome{n: n, data: data, err: ok}
	if err == nil {
		return o
	}
	o.err = classOf(err)
	if op, isOp := errors.AsType[*net.OpError](err); isOp {
		o.op = op.Op
		if op.Op == "dial" && op.Timeout() { // the dialler's clock, or the socket's: whichever is first
			o.err = timedOut
		}
	}
	return o
}

// gives makes a step of an operation that does what the table says.
func gives(name, op string, n int, data string, err class, do func(*viewer) (int, string, error)) step {
	want := outcome{n: n, data: data, err: err}
	if !err.bare() {
		want.op = op
	}
	return step{name, func(w *viewer) outcome { return gave(do(w)) }, want}
}
