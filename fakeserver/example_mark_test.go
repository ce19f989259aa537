package fakeserver_test

import (
	"context"
	"fmt"
	"log"
	"net"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// One server for a whole suite: a mark at the beginning of each test keeps what earlier ones did
// out of its questions, those of Wait, too.
func ExampleServer_Mark() {
	srv, err := fakeserver.Listen(fakeserver.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	for _, text := range []string{"PING one\n", "PING two\n"} { // each is a test
		mark := srv.Mark()
		fmt.Fprint(c, text)
		srv.Wait(context.Background(), func(t transcript.Transcript) bool { return t.Since(mark).Received(text) })
		fmt.Printf("%q\n", srv.Transcript().Since(mark).Lines())
	}
	// Output:
	// ["PING one"]
	// ["PING two"]
}
