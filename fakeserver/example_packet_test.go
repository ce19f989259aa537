package fakeserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What a client sends without waiting for an answer is waited for.
func ExamplePacketServer_Wait() {
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	for _, line := range []string{"one", "two"} {
		must(io.WriteString(c, line))
	}
	await(srv, func(tr transcript.Transcript) bool { return len(tr.Datagrams(transcript.FromClient)) == 2 })
	fmt.Printf("%s\n", srv.Transcript().Datagrams(transcript.FromClient))
	// Output: [one two]
}

// The wire goes bad in the middle of a conversation: answers are cut.
func ExamplePacketServer_SetFaults() {
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	fmt.Println(answerTo(c, "hello"))
	err := srv.SetFaults(fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Truncate{Size: 2})}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answerTo(c, "hello"))
	// Output:
	// hello
	// he
}

// A rule that did not act is an error: the test would prove nothing.
func ExamplePacketServer_Verify() {
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{
		Handler: fakeserver.PacketEcho{},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.FromClient(fault.Loss{Nth: 3}).Named("third")}},
	}))
	defer srv.Close()
	fmt.Println(exchange("udp", srv.Addr(), "hello"))
	fmt.Println(srv.Verify())
	// Output:
	// hello <nil>
	// fault: rule third was armed: reached, but it never hit (peer 1 got to datagram 1) (give it something to act on, or allow it with NeedNotFire)
}

// Nothing listens on the port for a while, and the client is told so.
func ExamplePacketServer_Down() {
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	srv.Down()
	must(io.WriteString(c, "hello"))
	_, err := c.Read(make([]byte, 1))
	fmt.Println("refused:", errors.Is(err, syscall.ECONNREFUSED))
	// Output: refused: true
}

// A client has to go on when its server is back.
func ExamplePacketServer_Up() {
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, StartDown: true}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	fmt.Println(answerTo(c, "anybody there?"))
	srv.Up()
	fmt.Println(answerTo(c, "anybody there?"))
	// Output:
	// read: connection refused after ""
	// anybody there?
}

// A server that falls silent in the middle of a conversation.
func ExamplePacketServer_SetHandler() {
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	fmt.Println(answerTo(c, "hello"))
	srv.SetHandler(fakeserver.PacketReply{Data: "busy"})
	fmt.Println(answerTo(c, "hello"))
	// Output:
	// hello
	// busy
}

// Close takes what has arrived into the record.
func ExamplePacketServer_Close() {
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{}))
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	must(io.WriteString(c, "last words"))
	fmt.Println(srv.Close())
	fmt.Printf("%s\n", srv.Transcript().Datagrams(transcript.FromClient))
	// Output:
	// <nil>
	// [last words]
}

// It may be stopped more than once.
func ExamplePacketServer_Stop() {
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{}))
	fmt.Println(srv.Stop(), srv.Stop())
	// Output: <nil> <nil>
}

// A server that is closed by its own Shutdown closes its Listener. Connections go on.
func ExampleListener_Close() {
	ln := must(fakeserver.WrapListener(must(net.Listen("tcp", "127.0.0.1:0")), fakeserver.Config{}))
	defer ln.Stop()
	client := must(ln.Dial(context.Background()))
	defer client.Close()
	server := must(ln.Accept())
	defer server.Close()
	fmt.Println(ln.Close())
	must(io.WriteString(server, "still here"))
	fmt.Println(answerTo(client, "?"))
	_, err := ln.Accept()
	fmt.Println("closed:", errors.Is(err, net.ErrClosed))
	// Output:
	// <nil>
	// still here
	// closed: true
}

// Stop ends the connections, too, whatever their owners are at.
func ExampleListener_Stop() {
	ln := must(fakeserver.WrapListener(must(net.Listen("tcp", "127.0.0.1:0")), fakeserver.Config{}))
	client := must(ln.Dial(context.Background()))
	defer client.Close()
	server := must(ln.Accept())
	fmt.Println(ln.Stop())
	_, err := server.Read(make([]byte, 1))
	fmt.Println("closed:", errors.Is(err, net.ErrClosed))
	// Output:
	// <nil>
	// closed: true
}

// A server's loop ends when its PacketConn is closed.
func ExamplePacketConn_Close() {
	pc := must(fakeserver.WrapPacketConn(must(net.ListenPacket("udp", "127.0.0.1:0")), fakeserver.PacketConfig{}))
	over := make(chan error)
	go func() {
		_, _, err := pc.ReadFrom(make([]byte, 100))
		over <- err
	}()
	fmt.Println(pc.Close(), errors.Is(<-over, net.ErrClosed), errors.Is(pc.Close(), net.ErrClosed))
	// Output: <nil> true true
}

// Stop may come after the Close of a server that owns the PacketConn.
func ExamplePacketConn_Stop() {
	pc := must(fakeserver.WrapPacketConn(must(net.ListenPacket("udp", "127.0.0.1:0")), fakeserver.PacketConfig{}))
	pc.Close()
	fmt.Println(pc.Stop())
	fmt.Println(bytes.Count([]byte(pc.Transcript().String()), []byte("refusing datagrams")))
	// Output:
	// <nil>
	// 1
}
