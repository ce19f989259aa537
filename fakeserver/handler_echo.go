package fakeserver

import (
	"context"
	"io"
)

// Echo sends back what it gets, until the client's end of stream.
type Echo struct{}

// ServeConn echoes.
func (Echo) ServeConn(ctx context.Context, c *Conn) error {
	_, err := io.Copy(c, c)
	return err
}
