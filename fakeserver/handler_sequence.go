package fakeserver

import "context"

// Sequence answers the nth connection with its nth handler. The last one
// answers all that follow.
type Sequence []Handler

// Validate refuses a sequence that is empty, or one with a handler that is nil or whose
// own Validate refuses.
func (s Sequence) Validate() error { return validateAll(s) }

// Gates returns the gates of all its handlers.
func (s Sequence) Gates() []string { return gatesOf(s) }

// ServeConn calls the handler for c's number.
func (s Sequence) ServeConn(ctx context.Context, c *Conn) error {
	return s[min(c.Number(), len(s))-1].ServeConn(ctx, c)
}
