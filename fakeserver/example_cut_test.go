package fakeserver_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// The network goes down under an open connection, and comes back: no byte is lost.
func ExampleServer_SetFaults_cut() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Lines{}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	cut := fault.Plan{Rules: []fault.Rule{
		fault.FromClient(fault.Stall{}).Now(),
		fault.ToClient(fault.Stall{}).Now(),
	}}
	answer := make([]byte, 100)
	for _, request := range []string{"one\n", "two\n"} {
		srv.SetFaults(cut)
		io.WriteString(c, request)
		c.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		_, err := c.Read(answer)
		fmt.Println("down: timed out:", errors.Is(err, os.ErrDeadlineExceeded))

		srv.SetFaults(fault.Plan{})
		c.SetReadDeadline(time.Time{})
		n, err := c.Read(answer)
		fmt.Printf("back: %q, %v\n", answer[:n], err)
	}
	// Output:
	// down: timed out: true
	// back: "ONE\n", <nil>
	// down: timed out: true
	// back: "TWO\n", <nil>
}
