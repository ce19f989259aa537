package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest"
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

// Accept fails twice, as it does without a descriptor for the connection. A real server that takes that
// for the end is gone; http.Serve tries again after a pause, and its client waits a little.
func ExampleFailAccept() {
	below, err := new(nettest.Network).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ln, err := fakeserver.WrapListener(below, fakeserver.Config{Faults: fault.Plan{Rules: []fault.Rule{
		fault.OnAccept(fault.FailAccept{Errno: syscall.EMFILE}).Times(2),
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer ln.Stop()
	web := &http.Server{
		Handler:  http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }),
		ErrorLog: log.New(io.Discard, "", 0), // "http: Accept error: …: too many open files; retrying in 5ms"
	}
	go web.Serve(ln)
	client := &http.Client{Transport: &http.Transport{DialContext: ln.DialContext, DisableKeepAlives: true}}
	resp, err := client.Get("http://" + ln.Address())
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	fmt.Printf("%s, %v\n", text, err)
	fmt.Print(ln.Report())
	// Output:
	// hello, <nil>
	// rule fail-accept.OnAccept.1: fired 2 times, first when conn 1 was accepted
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
