package fault_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// talk sends lines to a server that answers each in upper case, and prints what comes back, and
// where the rule has acted.
func talk(rule fault.Rule, lines ...string) {
	srv, err := fakeserver.Listen(fakeserver.Config{
		Handler: fakeserver.Lines{},
		Faults:  fault.Plan{Rules: []fault.Rule{rule}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	r := bufio.NewReader(c)
	for _, line := range lines {
		fmt.Fprintln(c, line)
		answer, err := r.ReadString('\n')
		fmt.Printf("%s: %q, %v\n", line, answer, err)
	}
	fmt.Print(srv.Report())
}

func ExampleRule_AfterMatch() {
	talk(fault.ToClient(fault.Close{}).AfterMatch("PON"), "ping", "pong")
	// Output:
	// ping: "PING\n", <nil>
	// pong: "PON", EOF
	// rule close.ToClient.1: fired once, on conn 1 at byte 8
}

func ExampleRule_AfterNthMatch() {
	talk(fault.ToClient(fault.Close{}).AfterNthMatch(2, "\n"), "one", "two", "three")
	// Output:
	// one: "ONE\n", <nil>
	// two: "TWO\n", <nil>
	// three: "", EOF
	// rule close.ToClient.1: fired once, on conn 1 at byte 8
}

// One byte of each answer is damaged.
func ExampleRule_AfterEveryMatch() {
	talk(fault.ToClient(fault.Corrupt{Bits: []int64{0}}).AfterEveryMatch("ID ").ForBytes(1), "id 4", "id 6", "none")
	// Output:
	// id 4: "ID 5\n", <nil>
	// id 6: "ID 7\n", <nil>
	// none: "NONE\n", <nil>
	// rule corrupt.ToClient.1: fired 2 times, first on conn 1 at byte 3
}

// The client has asked for something, and hears nothing: whatever the answer would have been.
func ExampleRule_AfterMatchIn() {
	talk(fault.ToClient(fault.Close{}).AfterMatchIn(transcript.FromClient, "pay"), "hello", "pay 100", "bye")
	// Output:
	// hello: "HELLO\n", <nil>
	// pay 100: "", EOF
	// bye: "", EOF
	// rule close.ToClient.1: fired once, on conn 1 at byte 6
}

// The header arrives, and four bytes of what it promises.
func ExampleRule_Plus() {
	talk(fault.ToClient(fault.Close{}).AfterMatch("LENGTH 9 ").Plus(4), "length 9 abcdefghi")
	// Output:
	// length 9 abcdefghi: "LENGTH 9 ABCD", EOF
	// rule close.ToClient.1: fired once, on conn 1 at byte 13
}

// With a match, Times says at how many of them.
func ExampleRule_Times() {
	talk(fault.ToClient(fault.Stall{For: time.Millisecond}).AfterMatch("\n").Times(2).MustHit(), "one", "two", "three", "four")
	// Output:
	// one: "ONE\n", <nil>
	// two: "TWO\n", <nil>
	// three: "THREE\n", <nil>
	// four: "FOUR\n", <nil>
	// rule stall.ToClient.1: fired 2 times, first on conn 1 at byte 4; 15 bytes came after it
}

// Lines answers each line by one Write.
func ExampleRule_AfterWrites() {
	talk(fault.ToClient(fault.Close{}).AfterWrites(2), "one", "two", "three")
	// Output:
	// one: "ONE\n", <nil>
	// two: "TWO\n", <nil>
	// three: "", EOF
	// rule close.ToClient.1: fired once, on conn 1 at byte 8
}

// The first query for one name is lost, and only that.
func ExampleRule_Containing() {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{
		Handler: fakeserver.PacketEcho{},
		Faults: fault.Plan{Rules: []fault.Rule{
			fault.FromClient(fault.Loss{Nth: 1}).Containing("example.org"),
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	c, err := net.Dial("udp", srv.Addr())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	p := make([]byte, 100)
	for _, query := range []string{"example.com", "example.org", "example.org again"} {
		io.WriteString(c, query)
		if query == "example.org" {
			continue // no answer comes
		}
		n, err := c.Read(p)
		fmt.Printf("%s %v\n", p[:n], err)
	}
	fmt.Print(srv.Report())
	// Output:
	// example.com <nil>
	// example.org again <nil>
	// rule loss.FromClient.1: fired on 1 of 2 datagrams, on peer 1, datagram 2
}
