package match_test

import (
	"fmt"

	. "github.com/fakewire/fakewire/nettest/match"
)

// A suite of two specs that share a server. In Ginkgo the mark is made in a BeforeEach.
func ExampleBytesMatcher_Since() {
	srv := serve() // in a BeforeSuite
	defer srv.Close()

	mark := srv.Mark()
	say("tcp", srv.Addr(), "PING\r\n") // the first spec
	fmt.Println(outside.Eventually(srv).Should(HaveReceived("PING\r\n").Since(mark)))

	mark = srv.Mark()
	say("tcp", srv.Addr(), "QUIT\r\n") // the second one, which the first one's PING is not to satisfy
	fmt.Println(outside.Expect(srv).NotTo(HaveReceived("PING\r\n").Since(mark)))
	fmt.Println(outside.Expect(srv).To(HaveConns(1).Since(mark)))
	fmt.Println(outside.Eventually(srv).Should(HaveEnded().Since(mark)))
	// Output:
	// true
	// true
	// true
	// true
}
