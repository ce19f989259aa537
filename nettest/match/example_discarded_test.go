package match_test

import (
	"fmt"
	"io"
	"log"
	"net"

	"github.com/fakewire/fakewire/fakeserver"
	. "github.com/fakewire/fakewire/nettest/match"
)

// A logger that does not notice that its collector is gone loses a line, and gets no error.
func ExampleHaveDiscarded() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Reply{}}) // takes one line and leaves
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	logger := log.New(c, "", 0)
	fmt.Println(logger.Output(1, "first"))
	io.ReadAll(c) // until the collector has closed its end
	fmt.Println(logger.Output(1, "second"))

	fmt.Println(outside.Eventually(srv).Should(HaveDiscarded("second\n")))
	fmt.Println(outside.Expect(srv).NotTo(HaveReceived("second")))
	// Output:
	// <nil>
	// <nil>
	// true
	// true
}
