package fakeserver

import (
	"context"
	"fmt"
	"runtime/debug"
)

// A Handler answers connections. ServeConn is called once for each, in a
// goroutine of its own, and may read and write c until it returns.
//
// Returning nil ends the connection in order: a FIN that stays a FIN, because
// what the client still sends is read and recorded as discarded before the socket
// is closed. An error that only says what the wire did (io.EOF, a timeout, a
// reset, net.ErrClosed, an injected fault) ends it the same way and is recorded. Any
// other error, a panic or a Goexit is recorded, resets the connection, and makes the
// server's Verify fail.
//
// ctx is done when the server closes. A handler that waits for something other
// than c must watch it.
//
// A Handler may also have a method Validate() error, which says why it can't work: an empty
// list, a negative size. Start and Listen call it before they listen, and so does SetHandler; its
// error is in theirs, which wraps ErrConfig. They refuse a nil pointer and a nil function by
// themselves.
//
// And it may have a method Gates() []string: the names that it gives to [Conn.Hold], so that Release and AwaitHeld
// know them before a connection has come to them.
type Handler interface {
	ServeConn(ctx context.Context, c *Conn) error
}

// HandlerFunc makes a Handler of a function.
type HandlerFunc func(ctx context.Context, c *Conn) error

// ServeConn calls f.
func (f HandlerFunc) ServeConn(ctx context.Context, c *Conn) error { return f(ctx, c) }

// A panicError is the error of a handler that panicked.
type panicError struct {
	value any
	stack []byte
}

func newPanicError(v any) error { return &panicError{v, debug.Stack()} }

func (e *panicError) Error() string { return fmt.Sprintf("handler panicked: %v\n%s", e.value, e.stack) }

// Unwrap returns the value of the panic, if that was an error.
func (e *panicError) Unwrap() error {
	err, _ := e.value.(error)
	return err
}
