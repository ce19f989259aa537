package scenarios

import "github.com/fakewire/fakewire/fakeserver"

// handlerAt returns h as the Handler of the client's server with an index. Those of this package
// that go by where a connection is may be another one at each.
func handlerAt(h fakeserver.Handler, server int) fakeserver.Handler {
	if placed, ok := h.(interface {
		at(server int) fakeserver.Handler
	}); ok {
		return placed.at(server)
	}
	return h
}

// packetHandlerAt is handlerAt for datagrams.
func packetHandlerAt(h fakeserver.PacketHandler, server int) fakeserver.PacketHandler {
	if placed, ok := h.(interface {
		at(server int) fakeserver.PacketHandler
	}); ok {
		return placed.at(server)
	}
	return h
}
