package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// behindProxy starts a real server, here one that echoes, and a proxy before it that resets the client's connection in the
// middle of the answer.
func behindProxy() (srv *fakeserver.Server, stop func(), err error) {
	real, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	go func() {
		for {
			c, err := real.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	srv, err = fakeserver.Listen(fakeserver.Config{
		Handler: fakeserver.Proxy{Upstream: real.Addr().String()},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(2)}},
	})
	if err != nil {
		real.Close()
		return nil, nil, err
	}
	return srv, func() { srv.Close(); real.Close() }, nil
}

// askThrough sends a line, and waits until both legs have ended.
func askThrough(srv *fakeserver.Server) error {
	conn, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Fprint(conn, "PING\r\n")
	got, err := io.ReadAll(conn)
	fmt.Printf("the client reads %q, reset: %v\n", got, errors.Is(err, syscall.ECONNRESET))
	return srv.Wait(context.Background(), func(t transcript.Transcript) bool {
		closed := func(t transcript.Transcript) bool { return t.Conn(1).Kind(transcript.Close).Len() > 0 }
		return closed(t) && closed(srv.Upstream())
	})
}

// A Proxy stands before the real server, and has a record of both legs: what the client saw, and what the server did.
func ExampleProxy() {
	srv, stop, err := behindProxy()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	if err := askThrough(srv); err != nil {
		fmt.Println(err)
		return
	}
	client, upstream := srv.Transcript().Conn(1), srv.Upstream().Conn(1)
	fmt.Printf("the client's leg: %d bytes there, %d back, ended by %v\n",
		len(client.FromClient()), len(client.ToClient()), client.Ending(transcript.ToClient))
	fmt.Printf("the upstream's: %d bytes there, %d back, ended by %v\n",
		len(upstream.FromClient()), len(upstream.ToClient()), upstream.Ending(transcript.FromClient))
	// Output:
	// the client reads "PI", reset: true
	// the client's leg: 6 bytes there, 2 back, ended by RST
	// the upstream's: 6 bytes there, 6 back, ended by RST
}

// Rewrites change what passes, here both ways, however packets cut it. Each leg has what passed there.
func ExampleProxy_rewrites() {
	real, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Reply{Data: "Location: http://db.internal:8080/\r\n"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer real.Close()
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Proxy{
		Upstream: real.Addr(),
		Rewrites: []fakeserver.Rewrite{
			{Direction: transcript.FromClient, Pattern: `(?m)^Host: .*\r\n`, With: "Host: db.internal\r\n"},
			{Direction: transcript.ToClient, Pattern: `http://db\.internal:(\d+)/`, With: "http://localhost:$1/"},
		},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	fmt.Fprint(conn, "Host: localhost\r\n")
	answer, _ := io.ReadAll(conn)
	fmt.Printf("%q\n", answer)
	fmt.Printf("%q\n", real.Transcript().FromClient())
	// Output:
	// "Location: http://localhost:8080/\r\n"
	// "Host: db.internal\r\n"
}

// The upstream's leg has times of the same clock as the client's, and the same numbers of connections.
func ExampleServer_Upstream() {
	srv, stop, err := behindProxy()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	if err := askThrough(srv); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q\n", srv.Upstream().Conn(1).ToClient())
	fmt.Println(srv.Upstream().Header().Start.Equal(srv.Transcript().Header().Start))
	// Output:
	// the client reads "PI", reset: true
	// "PING\r\n"
	// true
}

// What a failing test writes to NAME-upstream.jsonl by itself can be had at any time. No plan is at work on this leg.
func ExampleServer_UpstreamRecording() {
	srv, stop, err := behindProxy()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	if err := askThrough(srv); err != nil {
		fmt.Println(err)
		return
	}
	rec := srv.UpstreamRecording()
	fmt.Printf("%q, plan: %v\n", rec.Transcript.FromClient(), rec.Origin.Plan != nil)
	// Output:
	// the client reads "PI", reset: true
	// "PING\r\n", plan: false
}
