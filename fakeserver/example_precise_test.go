package fakeserver_test

import (
	"fmt"
	"io"
	"log"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A client that measures round trips gets ones that are known to some microseconds.
func ExampleConfig_preciseDelays() {
	const delay = 2 * time.Millisecond
	srv, err := fakeserver.Listen(fakeserver.Config{
		Handler:       fakeserver.Echo{},
		Faults:        fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Latency{Delay: delay})}},
		PreciseDelays: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	began := time.Now()
	io.WriteString(c, "ping")
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		log.Fatal(err)
	}
	fmt.Println("early:", time.Since(began) < delay)
	// Output: early: false
}
