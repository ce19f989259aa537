package fakeserver_test

import (
	"context"
	"fmt"
	"net"

	"github.com/fakewire/fakewire/fakeserver"
)

// A server that remembers what a client has said: each has a conversation of its own, which ends with an answer to the
// second datagram.
func ExamplePeerHandler() {
	sum := fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
		first, err := p.Next(ctx)
		if err != nil {
			return err
		}
		p.Step("wait for the second")
		second, err := p.Next(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p, "client %d said %s and %s", p.Number(), first.Data, second.Data)
		return err
	})
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: sum})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	for _, words := range [][]string{{"one", "two"}, {"ping", "pong"}} {
		c, err := net.Dial("udp", srv.Addr())
		if err != nil {
			fmt.Println(err)
			return
		}
		defer c.Close()
		for _, word := range words {
			fmt.Fprint(c, word)
		}
		answer := make([]byte, 100)
		n, _ := c.Read(answer)
		fmt.Printf("%s\n", answer[:n])
	}
	// Output:
	// client 1 said one and two
	// client 2 said ping and pong
}
