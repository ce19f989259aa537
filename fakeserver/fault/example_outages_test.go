package fault_test

import (
	"fmt"
	"io"
	"log"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// The server's process ends within the reply. What the client sends then is lost, without an
// error, as a logger's next line may be.
func ExampleExit() {
	srv, c := connect(sendsALineBack, fault.ToClient(fault.Exit{}).AfterBytes(3))
	defer srv.Close()
	defer c.Close()
	if _, err := io.WriteString(c, "PING\n"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(readToEnd(c))
	_, err := io.WriteString(c, "lost\n")
	fmt.Println(err)
	// Output:
	// "PIN", EOF
	// <nil>
}
