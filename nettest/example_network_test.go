package nettest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest"
)

// A server with a Network for its Transport needs no socket; the client dials the Network.
func ExampleNetwork() {
	var network nettest.Network
	srv, err := fakeserver.Listen(fakeserver.Config{
		Transport: &network,
		Handler:   fakeserver.Lines{},
		Faults:    fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Slice{Size: 3})}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()

	conn, err := srv.Dial(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	io.WriteString(conn, "ping\n")
	p := make([]byte, 100)
	for range 2 {
		n, err := conn.Read(p)
		fmt.Printf("%q %v\n", p[:n], err)
	}
	// Output:
	// "PIN" <nil>
	// "G\n" <nil>
}

// A real HTTP server and a real client, with a fault between them.
func ExampleNetwork_http() {
	var network nettest.Network
	below, err := network.Listen(context.Background(), "tcp", "localhost:80")
	if err != nil {
		fmt.Println(err)
		return
	}
	ln, err := fakeserver.WrapListener(below, fakeserver.Config{Faults: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Replace{Old: "200 OK", New: "503 Busy"}),
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ln.Stop()
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })}
	go srv.Serve(ln)
	defer srv.Close()

	transport := &http.Transport{DialContext: network.DialContext}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get("http://localhost/")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, string(body), err)
	// Output: 503 Busy hello <nil>
}

// While the network is cut in two, neither side is told, and nothing is lost.
func ExampleNetwork_Partition() {
	var network nettest.Network
	srv, err := fakeserver.Listen(fakeserver.Config{Transport: network.Host("server"), Handler: fakeserver.Echo{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	conn, err := network.Host("client").DialContext(context.Background(), "tcp", srv.Addr())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()

	network.Partition("client", "server")
	io.WriteString(conn, "anybody there?\n")
	conn.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err = conn.Read(make([]byte, 100))
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))

	network.Heal("client", "server")
	conn.SetReadDeadline(time.Time{})
	line, err := bufio.NewReader(conn).ReadString('\n')
	fmt.Printf("%q %v\n", line, err)
	// Output:
	// true
	// "anybody there?\n" <nil>
}
