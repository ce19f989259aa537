package subject_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/subject"
)

// A client that forgot its deadline hangs when its answer stalls. The test does not.
func ExampleCall() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Lines{}, Faults: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Stall{}).AfterBytes(2),
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	ping := func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", srv.Addr())
		if err != nil {
			return err
		}
		defer conn.Close()
		io.WriteString(conn, "ping\n")
		_, err = bufio.NewReader(conn).ReadString('\n')
		return err
	}

	err = subject.Call(context.Background(), subject.Bound{Within: 50 * time.Millisecond, Slack: 100 * time.Millisecond}, "ping", ping)
	if m, ok := errors.AsType[*subject.Misconduct](err); ok {
		fmt.Printf("%s: %v\n", m.How, m) // and m.Stack shows it in its ReadString
	}
	// Output:
	// hung: ping did not return within 150ms, which is the 50ms that it promised and 100ms more
}

// What a client leaves running is found, wherever it was started, and whatever else runs.
func ExampleBranded() {
	stop := make(chan bool)
	open := func() { // such as a client with a pool
		go func() { <-stop }()
	}
	subject.Branded(context.Background(), func(b subject.Brand) error {
		open()
		fmt.Println("while it is open:", len(b.Goroutines()))
		close(stop)
		for len(b.Goroutines()) > 0 { // until it has ended
			time.Sleep(time.Millisecond)
		}
		fmt.Println("closed:", len(b.Goroutines()))
		return nil
	})
	// Output:
	// while it is open: 1
	// closed: 0
}
