package fakeserver

import (
	"context"
	"fmt"
	"io"
)

// Reply is the simplest server that answers: it reads once, answers once, and
// closes. A request that comes in two pieces gets its answer after the first;
// the rest is discarded.
type Reply struct {
	// Data is the answer. If empty, the connection is closed without one.
	Data string
	// Max is how many bytes it reads at most. If zero, 1024.
	Max int
	// Logf logs what was read and the client's address: log.Printf, say. If nil, there is only
	// the record.
	Logf func(format string, args ...any)
}

// Validate refuses a negative Max.
func (h Reply) Validate() error {
	if h.Max < 0 {
		return fmt.Errorf("Max is %d, want 0 or more", h.Max)
	}
	return nil
}

// ServeConn reads once and answers. A client that ends its stream without a byte
// gets no answer.
func (h Reply) ServeConn(ctx context.Context, c *Conn) error {
	size := h.Max
	if size == 0 {
		size = defaultMax
	}
	p := make([]byte, size)
	n, err := c.Read(p)
	if err == io.EOF {
		return nil
	}
	if err != nil {
		return err
	}
	if h.Logf != nil {
		h.Logf("%v: %s", c.RemoteAddr(), p[:n])
	}
	_, err = io.WriteString(c, h.Data)
	return err
}

// defaultMax is how many bytes a request or a line may have by default.
const defaultMax = 1024
