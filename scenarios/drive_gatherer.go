package scenarios

import (
	"context"
	"io"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver"
)

// A gatherer is a Handler that relays between the client and another server, and keeps
// a stretch of what that sends back until all of it is there. Then it writes it in one
// piece. A Hold can't do that: nothing tells when its handler has written everything.
type gatherer struct {
	network Network
	addr    string // of the other server
	stretch reply
}

// ServeConn relays until both sides have ended.
func (g gatherer) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	upstream, err := g.network.DialContext(ctx, "tcp", g.addr)
	if err != nil {
		return err
	}
	defer upstream.Close()
	defer context.AfterFunc(ctx, func() { upstream.Close() })()
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := io.Copy(upstream, c); err != nil {
			upstream.Close()
			return
		}
		upstream.(interface{ CloseWrite() error }).CloseWrite()
	})
	g.passOn(c, upstream)
	c.CloseWrite()
	wg.Wait()
	return nil
}

// passOn relays what the other server sends. How that, or the client, ends is in their
// records.
func (g gatherer) passOn(c *fakeserver.Conn, upstream net.Conn) {
	if _, err := io.CopyN(c, upstream, g.stretch.from); err != nil {
		return
	}
	together := make([]byte, g.stretch.size())
	if _, err := io.ReadFull(upstream, together); err != nil {
		return
	}
	if _, err := c.Write(together); err == nil {
		io.Copy(c, upstream)
	}
}
