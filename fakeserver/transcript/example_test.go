package transcript_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// say is a client that sends text and reads an answer of as many bytes.
func say(addr, text string) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, text)
	io.ReadFull(c, make([]byte, len(text)))
}

// serve starts a server; in a test: fakeserver.Start(t, …).
func serve(rules ...fault.Rule) *fakeserver.Server {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: fault.Plan{Rules: rules}})
	if err != nil {
		log.Fatal(err)
	}
	return srv
}

// A server that serves a whole suite has one record. Each test asks about what came since it
// began.
func ExampleTranscript_Since() {
	srv := serve()
	defer srv.Close()

	say(srv.Addr(), "PING\r\n") // the first test

	mark := srv.Mark() // the second one
	say(srv.Addr(), "QUIT\r\n")
	tr := srv.Transcript()
	fmt.Println(tr.Received("PING\r\n"), tr.Since(mark).Received("PING\r\n"))
	fmt.Printf("%q from %d new connection, which is number %d\n",
		tr.Since(mark).Lines(), tr.Since(mark).Kind(transcript.Accept).Len(), tr.Since(mark).Conns())
	// Output:
	// true false
	// ["QUIT"] from 1 new connection, which is number 2
}

func ExampleTranscript_Received() {
	srv := serve()
	defer srv.Close()
	say(srv.Addr(), "HELO a\r\n")
	say(srv.Addr(), "HELO b\r\n")

	if tr := srv.Transcript(); !tr.Received("HELO a\r\n") { // by whichever client
		fmt.Printf("no HELO a:\n%v", tr) // in a test: t.Errorf
	}
	fmt.Println(srv.Transcript().Conn(2).Received("HELO a\r\n"))
	fmt.Println(srv.Transcript().Sent("HELO b\r\n"))
	// Output:
	// false
	// true
}

// What the handler got, and what its client sent in vain because the handler had returned.
func ExampleTranscript_Discarded() {
	srv, err := fakeserver.Listen(fakeserver.Config{
		Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			_, err := io.ReadFull(c, make([]byte, len("PING\r\n")))
			return err
		}),
	})
	if err != nil {
		log.Fatal(err)
	}
	say(srv.Addr(), "PING\r\nQUIT\r\n") // until the server ends the connection,
	srv.Close()                         // which reads the rest
	tr := srv.Transcript()
	fmt.Printf("the handler got %q, and not %q\n", tr.FromClient(), tr.Discarded())
	// Output: the handler got "PING\r\n", and not "QUIT\r\n"
}
