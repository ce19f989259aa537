package specimen

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/explore"
)

// packetLines answers a datagram that is a line.
var packetLines = fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	if question, ok := packetQuestion(string(p.Data)); ok {
		fmt.Fprintf(w, "%s\n", answer(question))
	}
	return nil
})

// packetNumbers answers a datagram that is a line and begins with a number, and begins its answer with it.
var packetNumbers = fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	number, rest, _ := strings.Cut(string(p.Data), " ")
	if question, ok := packetQuestion(rest); ok {
		fmt.Fprintf(w, "%s %s\n", number, answer(question))
	}
	return nil
})

// packetQuestion returns the question that a datagram is, if it is a whole line.
func packetQuestion(data string) (question string, ok bool) {
	question, whole := strings.CutSuffix(data, "\n")
	verb, what, _ := strings.Cut(question, " ")
	return question, whole && verb != "" && what != ""
}

// withPackets returns a Config for a handler, by which a step may take a second.
func withPackets(h fakeserver.PacketHandler) func() explore.Config {
	return func() explore.Config { return explore.Config{PacketHandler: h, Within: 2 * timeout} }
}

// A port is a socket that is opened when it is needed, and connected to the server.
type port struct {
	dial Dialer
	conn net.Conn // nil: not open
}

// open sees to it that there is a socket.
func (p *port) open(ctx context.Context) (err error) {
	if p.conn != nil {
		return nil
	}
	conn, err := p.dial(ctx, "udp", server)
	if err != nil {
		return err
	}
	p.conn = conn
	return nil
}

// Close closes the socket.
func (p *port) Close() error {
	if p.conn == nil {
		return nil
	}
	conn := p.conn
	p.conn = nil
	return conn.Close()
}
