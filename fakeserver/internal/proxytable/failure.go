package proxytable

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// A Failure is what an end of a row saw and must not have.
type Failure struct {
	Saw    string // which is the same in each run, as far as the proxy is: "the server's Read gives EOF, want ECONNRESET"
	Detail string // what may vary, such as how many bytes; may be empty
}

func (f *Failure) Error() string {
	if f.Detail == "" {
		return f.Saw
	}
	return fmt.Sprintf("%s (%s)", f.Saw, f.Detail)
}

// ErrSetup is in the error of a row that could not begin, of which a proxy is no cause.
var ErrSetup = errors.New("proxytable: the row could not begin")

// outcome is err in the words of this package.
func outcome(err error) string {
	for _, known := range []struct {
		err  error
		name string
	}{
		{nil, "no error"},
		{io.EOF, "EOF"},
		{syscall.ECONNRESET, "ECONNRESET"},
		{syscall.EPIPE, "EPIPE"},
		{syscall.ECONNREFUSED, "ECONNREFUSED"},
		{os.ErrDeadlineExceeded, "nothing, for as long as one waits"},
		{net.ErrClosed, "net.ErrClosed"},
	} {
		if errors.Is(err, known.err) {
			return known.name
		}
	}
	return err.Error()
}

// isReset reports whether an end that writes learns by err that the connection is broken.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
