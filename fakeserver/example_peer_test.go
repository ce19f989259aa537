package fakeserver_test

import (
	"context"
	"fmt"

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
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: sum}))
	defer srv.Close()
	for _, words := range [][]string{{"one", "two"}, {"ping", "pong"}} {
		c := must(srv.Dial(context.Background()))
		defer c.Close()
		fmt.Fprint(c, words[0])
		fmt.Println(answerTo(c, words[1]))
	}
	// Output:
	// client 1 said one and two
	// client 2 said ping and pong
}
