package scenarios

import (
	"context"
	"io"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver"
)

// A gatherer is a Handler that relays between the client and another server, and keeps
// a stretch of what that sends back until all of it is there. Then it writes it at
// once. A Hold can't do that: nothing tells when the handler behind it has written.
type gatherer struct {
	network Network
	addr    string // of the other server
	stretch reply
}

// ServeConn relays until both sides have ended.
func (g gatherer) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	behind, err := g.network.DialContext(ctx, "tcp", g.addr)
	if err != nil {
		return err
	}
	defer behind.Close()
	defer context.AfterFunc(ctx, func() { behind.Close() })()
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := io.Copy(behind, c); err != nil {
			behind.Close()
			return
		}
		behind.(interface{ CloseWrite() error }).CloseWrite()
	})
	g.passOn(c, behind)
	c.CloseWrite()
	wg.Wait()
	return nil
}

// passOn relays what the other server sends. How that, or the client, ends is in their
// records.
func (g gatherer) passOn(c *fakeserver.Conn, behind net.Conn) {
	if _, err := io.CopyN(c, behind, g.stretch.from); err != nil {
		return
	}
	together := make([]byte, g.stretch.size())
	if _, err := io.ReadFull(behind, together); err != nil {
		return
	}
	if _, err := c.Write(together); err == nil {
		io.Copy(c, behind)
	}
}
