package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// A server on a network in memory, whose address means nothing to package net.
func ExampleServer_Dial() {
	srv := must(fakeserver.Listen(fakeserver.Config{Transport: new(nettest.Network), Handler: fakeserver.Echo{}}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	fmt.Println(answerTo(c, "hello"))
	// Output: hello
}

// A client whose host is not its test's to choose gets the server for any.
func ExampleServer_DialContext() {
	srv := must(fakeserver.Listen(fakeserver.Config{
		Handler: fakeserver.Reply{Data: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
	}))
	defer srv.Close()
	client := http.Client{Transport: &http.Transport{DialContext: srv.DialContext}}
	resp := must(client.Get("http://api.example.com/greeting"))
	defer resp.Body.Close()
	fmt.Printf("%s\n", must(io.ReadAll(resp.Body)))
	fmt.Println(srv.Transcript().Lines()[:2])
	// Output:
	// hello
	// [GET /greeting HTTP/1.1 Host: api.example.com]
}

// A bug in one order of events: the answer comes when the test says so, and not before.
func ExampleServer_Release() {
	srv := must(fakeserver.Listen(fakeserver.Config{
		Handler: fakeserver.Reply{Data: "late"},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Hold{Gate: "answer"})}},
	}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	answer := make(chan string)
	go func() { answer <- answerTo(c, "?") }()
	select {
	case a := <-answer:
		fmt.Println("too early:", a)
	case <-time.After(10 * time.Millisecond):
		fmt.Println("no answer yet")
	}
	srv.Release("answer")
	fmt.Println(<-answer)
	// Output:
	// no answer yet
	// late
}

// The test goes on when the first three bytes of the answer have left, and the rest is held.
func ExampleServer_AwaitHeld() {
	srv := must(fakeserver.Listen(fakeserver.Config{
		Handler: fakeserver.Reply{Data: "balance 1000"},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Hold{Gate: "middle"}).AfterBytes(9)}},
	}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	fmt.Println(answerTo(c, "?"))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := srv.AwaitHeld(ctx, "middle"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("the rest is held")
	srv.Release("middle")
	fmt.Printf("%s\n", must(io.ReadAll(c)))
	// Output:
	// balance 1
	// the rest is held
	// 000
}

// A rule that did not act is an error: the test would prove nothing.
func ExampleServer_Verify() {
	srv := must(fakeserver.Listen(fakeserver.Config{
		Handler: fakeserver.Reply{Data: "short"},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(100).Named("cut")}},
	}))
	defer srv.Close()
	fmt.Println(exchange("tcp", srv.Addr(), "?"))
	fmt.Println(srv.Verify())
	// Output:
	// short <nil>
	// fault: rule cut was not reached: it waits for byte 100 ToClient; conn 1 got to byte 5 (send more, move the rule, or allow it with NeedNotFire)
}

// The wire goes bad in the middle of a conversation.
func ExampleServer_SetFaults() {
	srv := must(fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	fmt.Println(answerTo(c, "hello"))
	err := srv.SetFaults(fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Replace{Old: "l", New: "r"})}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answerTo(c, "hello"))
	// Output:
	// hello
	// herro
}

// A client that keeps a connection has to notice that it was closed.
func ExampleServer_CloseClientConns() {
	srv := must(fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}}))
	defer srv.Close()
	for _, how := range []transcript.Ending{transcript.ByFIN, transcript.ByRST} {
		c := must(srv.Dial(context.Background()))
		fmt.Println(answerTo(c, "hello"))
		srv.CloseClientConns(how)
		_, err := c.Read(make([]byte, 1))
		fmt.Println(how, "is", err == io.EOF)
		c.Close()
	}
	// Output:
	// hello
	// FIN is true
	// hello
	// RST is false
}

// Close waits for all there is; what happened can be looked at afterwards.
func ExampleServer_Close() {
	srv := must(fakeserver.Listen(fakeserver.Config{}))
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	must(io.WriteString(c, "last words"))
	fmt.Println(srv.Close())
	fmt.Printf("%s\n", srv.Transcript().FromClient())
	// Output:
	// <nil>
	// last words
}

// A helper ends whatever wire it is given.
func ExampleServer_Stop() {
	stop := func(w fakeserver.Wire) { fmt.Println(w.Stop(), w.Verify()) }
	stop(must(fakeserver.Listen(fakeserver.Config{})))
	stop(must(fakeserver.ListenPacket(fakeserver.PacketConfig{})))
	// Output:
	// <nil> <nil>
	// <nil> <nil>
}

// A client that starts before its server has to try again.
func ExampleServer_Up() {
	srv := must(fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, StartDown: true}))
	defer srv.Close()
	for try := 1; try <= 2; try++ {
		answer, err := exchange("tcp", srv.Addr(), "hello")
		fmt.Printf("try %d: %q, refused: %v\n", try, answer, err != nil)
		srv.Up()
	}
	// Output:
	// try 1: "", refused: true
	// try 2: "hello", refused: false
}

// A firewall that drops packets: a dial gets no answer, and the client's timeout has to end it.
func ExampleServer_IgnoreDials() {
	srv := must(fakeserver.Listen(fakeserver.Config{}))
	defer srv.Close()
	if err := srv.IgnoreDials(); err != nil {
		log.Fatal(err)
	}
	_, err := net.DialTimeout("tcp", srv.Addr(), 10*time.Millisecond)
	var failed net.Error
	fmt.Println("timeout:", errors.As(err, &failed) && failed.Timeout())
	// Output: timeout: true
}

// A database that is loading at first: the client has to ask again.
func ExampleServer_SetHandler() {
	srv := must(fakeserver.Listen(fakeserver.Config{
		Handler: fakeserver.Answers{fakeserver.AnyOther: "-LOADING"},
	}))
	defer srv.Close()
	for range 2 {
		answer, err := exchange("tcp", srv.Addr(), "PING\n")
		fmt.Printf("%q, %v\n", answer, err)
		srv.SetHandler(fakeserver.Answers{"PING": "+PONG"})
	}
	// Output:
	// "-LOADING\n", <nil>
	// "+PONG\n", <nil>
}
