package fakeserver_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A real HTTP server behind the wire: its first connection is reset in the middle
// of the body, and the record has what the client asked for.
func ExampleWrapListener() {
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ln, err := fakeserver.WrapListener(below, fakeserver.Config{ // in a test: fakeserver.StartListener(t, below, …)
		Faults: fault.Plan{Rules: []fault.Rule{
			fault.ToClient(fault.Reset{}).OnConn(1).AfterMatch("hello"),
			fault.ToClient(fault.Slice{Size: 16}).OnConn(2),
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer ln.Stop()
	web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello from %s", r.URL.Path)
	})}
	go web.Serve(ln)
	defer web.Close()

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for try := 1; try <= 2; try++ {
		resp, err := client.Get("http://" + ln.Address() + "/greeting")
		if err != nil {
			log.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Printf("try %d: %s %q, reset: %v\n", try, resp.Status, body, errors.Is(err, syscall.ECONNRESET))
	}
	await(ln, ends(2))
	tr := ln.Transcript()
	fmt.Printf("conn 1 was asked %q\n", tr.Conn(1).Lines()[0])
	sent := tr.Conn(1).ToClient()
	fmt.Printf("conn 1 was sent … %q, and then %v\n", sent[len(sent)-9:], tr.Conn(1).Ending(transcript.ToClient))
	fmt.Printf("conn 2 was sent its answer in pieces of %q, …\n", firstPiece(tr.Conn(2)))
	// Output:
	// try 1: 200 OK "hello", reset: true
	// try 2: 200 OK "hello from /greeting", reset: false
	// conn 1 was asked "GET /greeting HTTP/1.1"
	// conn 1 was sent … "\r\n\r\nhello", and then RST
	// conn 2 was sent its answer in pieces of "HTTP/1.1 200 OK\r", …
}

// A real server of datagrams behind the wire: its first answer is lost, and the client asks
// again. Package examples has a DNS server in its place.
func ExampleWrapPacketConn() {
	below, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	wire, err := fakeserver.WrapPacketConn(below, fakeserver.PacketConfig{ // in a test: fakeserver.StartPacketConn(t, below, …)
		Faults: fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Loss{Nth: 1})}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer wire.Close()
	go shout(wire)

	c, err := net.Dial("udp", wire.Address())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	answer := make([]byte, 100)
	for try := 1; try <= 2; try++ {
		timeout := 200 * time.Millisecond // for an answer that never comes
		if try == 2 {
			timeout = 20 * time.Second
		}
		fmt.Fprintf(c, "try %d", try)
		c.SetReadDeadline(time.Now().Add(timeout))
		n, err := c.Read(answer)
		fmt.Printf("try %d: %q, timeout: %v\n", try, answer[:n], errors.Is(err, os.ErrDeadlineExceeded))
	}
	fmt.Print(wire.Report())
	// Output:
	// try 1: "", timeout: true
	// try 2: "TRY 2", timeout: false
	// rule loss.ToClient.1: fired on 1 of 2 datagrams, on peer 1, datagram 1
}

// shout is a server that answers in capitals.
func shout(pc net.PacketConn) {
	question := make([]byte, 100)
	for {
		n, from, err := pc.ReadFrom(question)
		if err != nil {
			return
		}
		pc.WriteTo(bytes.ToUpper(question[:n]), from)
	}
}

// ends tells that connection n is over.
func ends(n int) func(transcript.Transcript) bool {
	return func(tr transcript.Transcript) bool { return tr.Conn(n).Kind(transcript.Close).Len() > 0 }
}

// firstPiece returns what the first write to the client was.
func firstPiece(tr transcript.Transcript) []byte {
	for e := range tr.Kind(transcript.Data).All() {
		if e.Direction == transcript.ToClient {
			return e.Data
		}
	}
	return nil
}

// With Unix sockets, too: a server, its client, and a path that nobody has to clean
// up. There is no reset on them; Close is what cuts a connection.
func ExampleConfig_unix() {
	srv, err := fakeserver.Listen(fakeserver.Config{
		Network: "unix",
		Handler: fakeserver.Lines{},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Close{}).AfterBytes(3)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	c, err := net.Dial("unix", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "ping\n")
	answer, err := io.ReadAll(c)
	fmt.Printf("%q, %v\n", answer, err)

	srv.Down()
	_, err = net.Dial("unix", srv.Addr())
	fmt.Println("refused:", errors.Is(err, syscall.ECONNREFUSED))

	_, err = fakeserver.Listen(fakeserver.Config{
		Network: "unix",
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).Named("cut it")}},
	})
	fmt.Println(strings.ReplaceAll(err.Error(), ": ", ":\n  "))
	// Output:
	// "PIN", <nil>
	// refused: true
	// fault:
	//   invalid plan:
	//   rule 1 (cut it):
	//   a unix socket has no RST:
	//   use Close
}
