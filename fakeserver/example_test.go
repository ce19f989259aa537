package fakeserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// exchange is a client: it sends one request and reads until the end.
func exchange(network, addr, request string) (string, error) {
	c, err := net.Dial(network, addr)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		return "", err
	}
	if network == "udp" {
		p := make([]byte, 1500)
		n, err := c.Read(p)
		return string(p[:n]), err
	}
	c.(*net.TCPConn).CloseWrite()
	p, err := io.ReadAll(c)
	return string(p), err
}

// await waits until what the example wants to show is in the record.
func await(srv fakeserver.Wire, cond func(transcript.Transcript) bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := srv.Wait(ctx, cond); err != nil {
		log.Fatal(err)
	}
}

// must returns what a call gave, and ends the program if it failed.
func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// answerTo sends a request and returns what one Read gives.
func answerTo(c net.Conn, request string) string {
	c.SetDeadline(time.Now().Add(20 * time.Second))
	must(io.WriteString(c, request))
	p := make([]byte, 1500)
	n, err := c.Read(p)
	if err != nil {
		return fmt.Sprintf("%v after %q", errors.Unwrap(err), p[:n])
	}
	return string(p[:n])
}

func Example() {
	srv, err := fakeserver.Listen(fakeserver.Config{ // in a test: fakeserver.Start(t, …)
		Handler: fakeserver.Lines{},
		Faults: fault.Plan{Rules: []fault.Rule{
			fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(3),
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	for try := 1; try <= 2; try++ {
		answer, err := exchange("tcp", srv.Addr(), "ping\n")
		fmt.Printf("try %d: %q, %v\n", try, answer, err)
	}
	fmt.Printf("the server got %q\n", srv.Transcript().Lines())
	fmt.Print(srv.Report())
	// Output:
	// try 1: "PIN", <nil>
	// try 2: "PING\n", <nil>
	// the server got ["ping" "ping"]
	// rule close.ToClient.1: fired once, on conn 1 at byte 3
}

// What `nc -lk` does: print what clients send.
func ExampleDiscard() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Discard{To: os.Stdout}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	if _, err := exchange("tcp", srv.Addr(), "hello\n"); err != nil {
		log.Fatal(err)
	}
	// Output: hello
}

// What `nc -luk` does: print what clients send.
func ExamplePacketDiscard() {
	r, w := io.Pipe()
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketDiscard{To: w}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	c, err := net.Dial("udp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "hello\n")
	line, _ := bufio.NewReader(r).ReadString('\n')
	fmt.Print(line)
	// Output: hello
}

// The simplest server: it reads once, answers once, and closes.
func ExampleReply() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Reply{
		Data: "Hello from TCP server\n",
		Logf: func(format string, args ...any) { fmt.Printf("received: %s\n", args[1]) },
	}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	answer, err := exchange("tcp", srv.Addr(), "Hello from TCP client")
	fmt.Printf("%q, %v\n", answer, err)
	// Output:
	// received: Hello from TCP client
	// "Hello from TCP server\n", <nil>
}

// A production server: lines of limited length, and limited idleness.
func ExampleLines() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Lines{
		MaxBytes:    1024,
		IdleTimeout: time.Minute,
		TooLong:     "500 line too long\n",
	}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	for _, request := range []string{"one\ntwo\n", fmt.Sprintf("%01025d\n", 0)} {
		answer, err := exchange("tcp", srv.Addr(), request)
		fmt.Printf("%q, %v\n", answer, err)
	}
	// Output:
	// "ONE\nTWO\n", <nil>
	// "500 line too long\n", <nil>
}

// A UDP server that answers whoever sends something.
func ExamplePacketReply() {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketReply{
		Data: "Hello from UDP server",
		Logf: func(format string, args ...any) { fmt.Printf("received: %s\n", args[1]) },
	}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	answer, err := exchange("udp", srv.Addr(), "Hello from UDP client")
	fmt.Printf("%q, %v\n", answer, err)
	// Output:
	// received: Hello from UDP client
	// "Hello from UDP server", <nil>
}

// A handler of one's own: it speaks first.
func ExampleHandlerFunc() {
	greet := func(ctx context.Context, c *fakeserver.Conn) error {
		_, err := fmt.Fprintf(c, "220 you are connection %d\r\n", c.Number())
		return err
	}
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.HandlerFunc(greet)})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	answer, err := exchange("tcp", srv.Addr(), "")
	fmt.Printf("%q, %v\n", answer, err)
	// Output: "220 you are connection 1\r\n", <nil>
}

// The first connection is answered in one way, all others in another.
func ExampleSequence() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Sequence{
		fakeserver.Reply{Data: "try later"},
		fakeserver.Echo{},
	}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	for range 2 {
		answer, err := exchange("tcp", srv.Addr(), "hello")
		fmt.Printf("%q, %v\n", answer, err)
	}
	// Output:
	// "try later", <nil>
	// "hello", <nil>
}

// A server that is restarted: its port stays its own.
func ExampleServer_Down() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	try := func() {
		answer, err := exchange("tcp", srv.Addr(), "hello")
		fmt.Printf("%q, refused: %v\n", answer, err != nil)
	}
	srv.Down()
	try()
	srv.Up()
	try()
	// Output:
	// "", refused: true
	// "hello", refused: false
}

// The record of a test is waited for, and then asked.
func ExampleServer_Wait() {
	srv, err := fakeserver.Listen(fakeserver.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	io.WriteString(c, "last words")
	c.Close()

	await(srv, func(tr transcript.Transcript) bool { return tr.Ending(transcript.FromClient) != transcript.StillOpen })
	tr := srv.Transcript().Conn(1)
	fmt.Printf("%q, ended by %v\n", tr.FromClient(), tr.Ending(transcript.FromClient))
	// Output: "last words", ended by FIN
}

// A table of what is said to what. A line that it does not have fails the test, as here Verify.
func ExampleAnswers() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Answers{
		"PING":    "+PONG",
		"GET key": "$5\r\nvalue",
	}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	for _, request := range []string{"PING\r\nGET key\r\n", "GIT key\r\n"} {
		answer, err := exchange("tcp", srv.Addr(), request)
		fmt.Printf("%q, %v\n", answer, err != nil)
	}
	fmt.Println(srv.Verify())
	// Output:
	// "+PONG\r\n$5\r\nvalue\r\n", false
	// "", true
	// fakeserver: server: conn 2: handler returned: line 1: there is no answer to "GIT key"; there are answers to "GET key", "PING"
}
