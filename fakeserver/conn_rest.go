package fakeserver

import (
	"net"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Rest returns what the client had sent when the server's Close began and the handler has not read, for a handler that has to
// say whether its client had done all that it was to do: whether Close or the handler came first would be chance. It
// ends the connection, and returns nil while the server is not closing.
//
// It is as the client sent it, whatever rules would have made of it. Bytes that RecordLimit kept out of the record are
// missing, with all that came after them.
func (c *Conn) Rest() (rest []byte) {
	if !c.core.isClosing() {
		return nil
	}
	c.end(inOrder, net.ErrClosed)
	c.in.calls.lock()
	next := c.in.handed
	c.in.unlock()
	c.bury()
	for e := range c.core.rec.Snapshot().Conn(c.n).All() {
		if e.Direction != transcript.FromClient || e.Kind != transcript.Data && e.Kind != transcript.Discarded {
			continue
		}
		if e.Offset > next {
			break // RecordLimit
		}
		if skip := next - e.Offset; skip < int64(len(e.Data)) {
			rest = append(rest, e.Data[skip:]...)
			next = e.Offset + int64(len(e.Data))
		}
	}
	return rest
}
