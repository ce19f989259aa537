package script

import "errors"

// CloseWrite ends the server's stream, with a FIN, and leaves the client's open: the steps after it may still expect.
func CloseWrite() Step { return Step{act: closeWrite{}} }

// Close ends the connection in order, as the end of the script does: with a FIN, and what the client still sends is
// discarded. It is for an alternative of a Choose that is to end what comes after the Choose, too, or a Loop.
func Close() Step { return Step{act: closing{}} }

// Reset ends the connection with an RST, after what was sent: see [fakeserver.Conn.Reset]. A unix socket has no RST:
// there it fails with an error that wraps errors.ErrUnsupported.
func Reset() Step { return Step{act: reset{}} }

// errOver ends a script whose connection a step has ended.
var errOver = errors.New("the script has ended the connection")

type closeWrite struct{}

func (closeWrite) head(quoter) string { return "close-write" }

func (closeWrite) check(c *checker) {
	c.streamOnly("a datagram has no end of stream")
	if c.halfClosed {
		c.refuse("the stream has been ended before")
	}
	c.halfClosed = true
}

func (closeWrite) run(r *run) error {
	if err := r.talk.closeWrite(); err != nil {
		return r.broken("to end the stream", err)
	}
	return nil
}

type closing struct{}

func (closing) head(quoter) string { return "close" }

func (closing) check(c *checker) {
	c.streamOnly("datagrams have no connection; the script ends after its last step")
	c.over = "close"
}

func (closing) run(*run) error { return errOver }

type reset struct{}

func (reset) head(quoter) string { return "reset" }

func (reset) check(c *checker) {
	c.streamOnly("datagrams have no connection")
	c.over = "reset"
}

func (reset) run(r *run) error {
	if err := r.talk.reset(); err != nil {
		return r.broken("to reset the connection", err)
	}
	return errOver
}
