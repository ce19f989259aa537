package fakeserver_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What a client and its server said once is played again, without the server; a client that says something else fails
// the test, which shows where.
func ExamplePlayback() {
	file := strings.NewReader(`{"fakewire":1,"name":"redis","network":"tcp","address":"127.0.0.1:6379","start":"2026-01-02T15:04:05Z","plan":{}}
{"seq":1,"at":0.000251,"conn":1,"kind":"accept","peer":"127.0.0.1:51402"}
{"seq":2,"at":0.000302,"conn":1,"direction":"from-client","kind":"data","data":"PING 17\r\n"}
{"seq":3,"at":0.000319,"conn":1,"direction":"to-client","kind":"data","data":"+PONG 17\r\n"}
{"events":3}
`)
	rec, err := transcript.Read(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	number := fakeserver.Span{Pattern: regexp.MustCompile(`P[IO]NG (\d+)`)}
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: &fakeserver.Playback{
		Recording: rec,
		Name:      "ping.jsonl",
		Carry:     []fakeserver.Carry{{Name: "number", Request: number}},
		Extra:     fakeserver.ExtraRepeats,
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range []string{"PING 42\r\n", "PINK 43\r\n"} {
		c, err := net.Dial("tcp", srv.Addr())
		if err != nil {
			fmt.Println(err)
			return
		}
		io.WriteString(c, line)
		got := make([]byte, 10)
		n, _ := io.ReadFull(c, got)
		fmt.Printf("%q\n", got[:n])
		c.Close()
	}
	srv.Close()
	fmt.Println(srv.Verify())
	// Output:
	// "+PONG 42\r\n"
	// ""
	// fakeserver: server: conn 2: handler returned: conn 1 of ping.jsonl, message 1 of 1: byte 3: want "G ", got "K 43\r\n"
	//     want  @0  "PING "<ignored>"\r\n"
	//     got   @0  "PINK 43\r\n"
	//                   ^
}

// A query has another id each time, which the answer has to repeat.
func ExamplePacketPlayback() {
	query := func(id, name string) string { return id + "\x01\x00\x00\x01" + name }
	live, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketReply{Data: query("\x12\x34", "192.0.2.1")}})
	if err != nil {
		fmt.Println(err)
		return
	}
	askID(live.Addr(), query("\x12\x34", "example."))
	live.Close()

	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: &fakeserver.PacketPlayback{
		Recording: live.Recording(),
		Carry:     []fakeserver.Carry{{Name: "id", Request: fakeserver.Span{To: 2}}},
		Extra:     fakeserver.ExtraRepeats,
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q\n", askID(srv.Addr(), query("\xab\xcd", "example.")))
	fmt.Printf("%q\n", askID(srv.Addr(), query("\x00\x01", "example.")))
	srv.Close()
	fmt.Println(srv.Verify())
	// Output:
	// "\xab\xcd"
	// "\x00\x01"
	// <nil>
}

// askID sends a query, and returns the id of the answer.
func askID(addr, query string) []byte {
	c, err := net.Dial("udp", addr)
	if err != nil {
		return nil
	}
	defer c.Close()
	io.WriteString(c, query)
	answer := make([]byte, 512)
	n, _ := c.Read(answer)
	return bytes.Clone(answer[:min(n, 2)])
}
