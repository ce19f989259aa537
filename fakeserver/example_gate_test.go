package fakeserver_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// Each answer waits at a gate until the test opens it, which then closes it for the next one.
func ExampleServer_Rearm() {
	srv, err := fakeserver.Listen(fakeserver.Config{
		Handler: fakeserver.Lines{},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Hold{Gate: "answer"})}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	answers := make(chan string)
	for _, request := range []string{"one\n", "two\n"} {
		go func() {
			answer, err := exchange("tcp", srv.Addr(), request)
			answers <- fmt.Sprintf("%q, %v", answer, err)
		}()
		if err := srv.AwaitHeld(ctx, "answer"); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("held, after the server sent %d bytes\n", len(srv.Transcript().ToClient()))
		srv.Release("answer")
		srv.Rearm("answer")
		fmt.Println(<-answers)
	}
	// Output:
	// held, after the server sent 0 bytes
	// "ONE\n", <nil>
	// held, after the server sent 4 bytes
	// "TWO\n", <nil>
}
