package nettest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

// wantClosed checks the error of a call on something that was closed.
func wantClosed(what string, err error) error {
	if !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("%s: error %v, want net.ErrClosed", what, err)
	}
	return nil
}

// wantTimeout checks the error of a call whose deadline has passed.
func wantTimeout(what string, err error) error {
	if ne, ok := errors.AsType[net.Error](err); !ok || !ne.Timeout() {
		return fmt.Errorf("%s: error %v, want a net.Error that is a Timeout", what, err)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("%s: error %v, want os.ErrDeadlineExceeded", what, err)
	}
	return nil
}

// wantNil names the call in its error.
func wantNil(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func sameAddress(what, a, than, b string) error {
	if a != b {
		return fmt.Errorf("%s is %q, and %s is %q; want the same", what, a, than, b)
	}
	return nil
}

// isUnspecified reports whether a stands for all addresses of a machine.
func isUnspecified(a net.Addr) bool {
	host, _, err := net.SplitHostPort(a.String())
	return err == nil && (host == "" || net.ParseIP(host).IsUnspecified())
}

// converse checks that each end reads what the other writes.
func converse(a, b net.Conn) error {
	if err := say(a, b, "a question"); err != nil {
		return err
	}
	return say(b, a, "an answer")
}

func say(from, to net.Conn, text string) error {
	wrote := begin("Write", func() error { _, err := io.WriteString(from, text); return err })
	p := make([]byte, len(text))
	if n, err := io.ReadFull(to, p); err != nil || string(p) != text {
		return fmt.Errorf("Read = %q, %v; want %q", p[:n], err, text)
	}
	return wantNil("Write", wrote.end())
}
