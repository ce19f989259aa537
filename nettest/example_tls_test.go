package nettest_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest"
)

// A real server over TLS, on a wire that is recorded and whose faults are below TLS: here
// the first connection is reset in its handshake.
func ExampleTLS() {
	server, client := nettest.TLS()
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	wire, err := fakeserver.WrapListener(below, fakeserver.Config{Faults: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Reset{}).AfterBytes(100).OnConn(1),
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer wire.Stop()
	web := http.Server{ErrorLog: log.New(io.Discard, "", 0)} // which answers that it has nothing
	go web.Serve(tls.NewListener(wire, server))

	transport := &http.Transport{TLSClientConfig: client}
	defer transport.CloseIdleConnections()
	for range 2 {
		resp, err := (&http.Client{Transport: transport}).Get("https://" + wire.Addr().String())
		if err != nil {
			fmt.Println("no answer")
			continue
		}
		resp.Body.Close()
		fmt.Println(resp.Status)
	}
	// Output:
	// no answer
	// 404 Not Found
}

// A handler that speaks TLS itself, and a client in memory.
func ExampleTLS_handler() {
	server, client := nettest.TLS()
	client.ServerName = "localhost" // tls.Client is not told what was dialed
	var network nettest.Network
	srv, err := fakeserver.Listen(fakeserver.Config{Transport: &network, Handler: fakeserver.HandlerFunc(
		func(ctx context.Context, c *fakeserver.Conn) error {
			secure := tls.Server(c, server)
			_, err := io.Copy(secure, secure)
			return err
		})})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	raw, err := srv.Dial(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	c := tls.Client(raw, client)
	defer c.Close()
	io.WriteString(c, "hello")
	answer := make([]byte, 5)
	io.ReadFull(c, answer)
	fmt.Printf("%s\n", answer)
	// Output: hello
}

// For clients that are given whom to trust.
func ExampleCertPool() {
	server, _ := nettest.TLS()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		log.Fatal(err)
	}
	defer ln.Close()
	web := &http.Server{Handler: http.NotFoundHandler()}
	go web.Serve(ln)
	defer web.Close()

	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: nettest.CertPool()}}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get("https://" + ln.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	resp.Body.Close()
	fmt.Println(resp.Status)
	// Output: 404 Not Found
}
