package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
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

// A client that dials again when it has its answer is refused.
func ExampleDown() {
	srv, c := connect(sendsALineBack, fault.ToClient(fault.Down{For: fault.Forever}).AfterBytes(5))
	defer srv.Close()
	defer c.Close()
	if _, err := io.WriteString(c, "PING\n"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(readToEnd(c))
	_, err := srv.Dial(context.Background())
	fmt.Println(errors.Is(err, syscall.ECONNREFUSED))
	if err := srv.Up(); err != nil { // for good is until Up
		log.Fatal(err)
	}
	// Output:
	// "PING\n", EOF
	// true
}

// A client that is there before its server is refused.
func ExampleAtStart() {
	srv, err := fakeserver.Listen(fakeserver.Config{Faults: fault.Plan{Rules: []fault.Rule{
		fault.AtStart(fault.Down{For: fault.Forever}),
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	_, err = srv.Dial(context.Background())
	fmt.Println(errors.Is(err, syscall.ECONNREFUSED))
	if err := srv.Up(); err != nil {
		log.Fatal(err)
	}
	c, err := srv.Dial(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	c.Close()
	fmt.Print(srv.Report())
	// Output:
	// true
	// rule down.AtStart.1: fired once, when the server started
}

// A client that dials again when it has its answer hears nothing.
func ExampleIgnoreDials() {
	srv, c := connect(sendsALineBack, fault.ToClient(fault.IgnoreDials{For: fault.Forever}).AfterBytes(5))
	defer srv.Close()
	defer c.Close()
	if _, err := io.WriteString(c, "PING\n"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(readToEnd(c))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := srv.Dial(ctx)
	var failed net.Error
	fmt.Println(errors.As(err, &failed) && failed.Timeout())
	// Output:
	// "PING\n", EOF
	// true
}

// A whole outage is a plan: the server's process ends within its first reply, and the server is
// back after a while.
func ExampleRestart() {
	srv, c := connect(sendsALineBack, fault.ToClient(fault.Restart{For: 20 * time.Millisecond}).AfterBytes(3).OnConn(1))
	defer srv.Close()
	defer c.Close()
	if _, err := io.WriteString(c, "PING\n"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(readToEnd(c))
	refused := 0
	for {
		again, err := srv.Dial(context.Background())
		if err == nil {
			again.Close()
			break
		}
		refused++
		time.Sleep(time.Millisecond)
	}
	fmt.Println("refused:", refused > 0)
	// Output:
	// "PIN", EOF
	// refused: true
}
