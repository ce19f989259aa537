package fakeserver_test

import (
	"context"
	"fmt"
	"log"
	"net"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
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

// Each test of a suite asks how often a rule has acted in it.
func ExampleServer_FiredSince() {
	shout := fault.ToClient(fault.Replace{Old: "hello", New: "HELLO"}).Named("shout")
	srv := must(fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: fault.Plan{Rules: []fault.Rule{shout}}}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	for _, text := range []string{"hello", "goodbye"} {
		mark := srv.Mark()
		fmt.Println(answerTo(c, text), srv.FiredSince("shout", mark))
	}
	// Output:
	// HELLO 1
	// goodbye 0
}

func ExamplePacketServer_FiredSince() {
	once := fault.ToClient(fault.Truncate{Size: 5}).ForDatagrams(1).Named("once")
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, Faults: fault.Plan{Rules: []fault.Rule{once}}}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	for _, text := range []string{"hello, world", "hello, again"} {
		mark := srv.Mark()
		fmt.Println(answerTo(c, text), srv.FiredSince("once", mark))
	}
	// Output:
	// hello 1
	// hello, again 0
}
