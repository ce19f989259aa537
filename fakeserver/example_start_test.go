package fakeserver_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A test of a client that has to do with a connection that breaks. It need not close the server,
// nor ask whether the rule has acted: Start sees to both at the test's end.
func ExampleStart() {
	_ = func(t *testing.T) { // such as TestClientReportsReset
		srv := fakeserver.Start(t, fakeserver.Config{
			Handler: fakeserver.Lines{},
			Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(3)}},
		})
		answer, err := exchange("tcp", srv.Addr(), "ping\n") // the client
		if err == nil {
			t.Errorf("the connection broke, and the client returned %q and no error", answer)
		}
	}
}

// A test that needs a real token: it is in no log and in no artifact, and the matchers and queries find it.
func ExampleStart_redact() {
	_ = func(t *testing.T) { // such as TestClientSendsItsToken
		token := os.Getenv("TOKEN")
		srv := fakeserver.Start(t, fakeserver.Config{
			Handler: fakeserver.Lines{},
			Redact:  transcript.RedactText(token).And(transcript.RedactMatches(regexp.MustCompile(`(?i)password: (.*)`))),
		})
		if _, err := exchange("tcp", srv.Addr(), "AUTH "+token+"\n"); err != nil { // the client
			t.Error(err)
		}
		if !srv.Transcript().Received("AUTH " + token) {
			t.Errorf("the client did not send its token:\n%v", srv.Transcript())
		}
	}
}

// A test of a client of UDP that has to ask again: its first question is lost.
func ExampleStartPacket() {
	_ = func(t *testing.T) { // such as TestClientAsksAgain
		srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{
			Handler: fakeserver.PacketReply{Data: "12:00"},
			Faults:  fault.Plan{Rules: []fault.Rule{fault.FromClient(fault.Loss{Nth: 1})}},
		})
		answer, err := exchange("udp", srv.Addr(), "what time is it?") // the client
		if err != nil || answer != "12:00" {
			t.Errorf("the client returned %q, %v", answer, err)
		}
	}
}

// A test of a client of HTTP, with a server of its own behind the wire.
func ExampleStartListener() {
	_ = func(t *testing.T) { // such as TestSlowPage
		below, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		wire := fakeserver.StartListener(t, below, fakeserver.Config{
			Faults: fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Stall{}).AfterMatch("\r\n\r\n")}},
		})
		go http.Serve(wire, http.NotFoundHandler())
		resp, err := http.Get("http://" + wire.Address())
		t.Log(resp, err)
	}
}

// A test of a client of UDP, with a server of its own behind the wire.
func ExampleStartPacketConn() {
	_ = func(t *testing.T) { // such as TestDuplicatedAnswer
		below, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		wire := fakeserver.StartPacketConn(t, below, fakeserver.PacketConfig{
			Faults: fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Duplicate{Rate: 1})}},
		})
		go shout(wire)
		t.Log(exchange("udp", wire.Address(), "hello"))
	}
}

// A test of a resolver, which asks by TCP when the answer by UDP was truncated.
func ExampleStartBoth() {
	_ = func(t *testing.T) { // such as TestResolverFallsBackToTCP
		streams, packets := fakeserver.StartBoth(t,
			fakeserver.Config{Handler: fakeserver.Reply{Data: "all of it"}},
			fakeserver.PacketConfig{Handler: fakeserver.PacketReply{Data: "truncated"}},
		)
		t.Log(exchange("udp", packets.Addr(), "?")) // the resolver
		t.Log(exchange("tcp", streams.Addr(), "?"))
	}
}

// Without a test, the caller closes the server, and asks whether all went as planned.
func ExampleListen() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	fmt.Println(exchange("tcp", srv.Addr(), "hello"))
	fmt.Println(srv.Verify())
	// Output:
	// hello <nil>
	// <nil>
}

// Without a test, the caller closes the server, and asks whether all went as planned.
func ExampleListenPacket() {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	fmt.Println(exchange("udp", srv.Addr(), "hello"))
	fmt.Println(srv.Verify())
	// Output:
	// hello <nil>
	// <nil>
}

// One port for both, as of a syslog collector.
func ExampleListenBoth() {
	streams, packets, err := fakeserver.ListenBoth(fakeserver.Config{}, fakeserver.PacketConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer streams.Close()
	defer packets.Close()
	fmt.Println(streams.Addr() == packets.Addr(), strings.HasSuffix(packets.Addr(), ":0"))
	// Output: true false
}
