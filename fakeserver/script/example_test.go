package script_test

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
	"github.com/fakewire/fakewire/fakeserver/script"
)

// ping is a client that tries twice.
func ping(addr string) (err error) {
	for range 2 {
		if err = pingOnce(addr); err == nil {
			return nil
		}
	}
	return err
}

func pingOnce(addr string) error {
	c, err := net.DialTimeout("tcp", addr, time.Minute)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(c, "PING\r\n"); err != nil {
		return err
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err == nil && line != "PONG\r\n" {
		err = errors.New("no pong")
	}
	return err
}

// A client is told off in the middle of its answer, and tries again.
func Example() {
	srv, err := fakeserver.Listen(fakeserver.Config{ // in a test: fakeserver.Start(t, …), without Close and Verify
		Handler: script.Script{
			script.Expect("PING\r\n"),
			script.Send("PONG\r\n"),
		},
		Faults: fault.Plan{Rules: []fault.Rule{
			fault.ToClient(fault.Reset{}).AfterBytes(3).OnConn(1),
			fault.ToClient(fault.Latency{Delay: 20 * time.Millisecond}),
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("ping:", ping(srv.Addr()))
	fmt.Println("Close:", srv.Close())
	fmt.Printf("second try: %q\n", srv.Transcript().Conn(2).FromClient())
	fmt.Println("Verify:", srv.Verify())
	// Output:
	// ping: <nil>
	// Close: <nil>
	// second try: "PING\r\n"
	// Verify: <nil>
}

// A few commands of Redis, in any order, until QUIT.
func ExampleChoose() {
	bulk := func(pattern string) script.Step { return script.ExpectMatch(pattern, 1024) }
	redis := script.Script{script.Loop(script.Choose(
		script.Script{script.Expect("*1\r\n$4\r\nPING\r\n"), script.Send("+PONG\r\n")},
		script.Script{bulk(`\*2\r\n\$3\r\nGET\r\n\$\d+\r\nnone\r\n`), script.Send("$-1\r\n")},
		script.Script{bulk(`\*2\r\n\$4\r\nECHO\r\n\$(?P<size>\d+)\r\n(?P<text>\w+)\r\n`), script.SendExpand("$$${size}\r\n${text}\r\n")},
		script.Script{script.Expect("*1\r\n$4\r\nQUIT\r\n"), script.Send("+OK\r\n"), script.Close()},
	))}
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: redis})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	c, err := srv.Dial(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	io.WriteString(c, "*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n*2\r\n$3\r\nGET\r\n$4\r\nnone\r\n*1\r\n$4\r\nQUIT\r\n")
	answers, err := io.ReadAll(c)
	fmt.Printf("%q %v\n", answers, err)
	// Output: "$5\r\nhello\r\n$-1\r\n+OK\r\n" <nil>
}

// What a client does otherwise is told with the step, and with where it differs.
func ExampleScript_mismatch() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: script.Script{
		script.ExpectLine("HELO me"),
		script.Send("250 hello\r\n"),
		script.ExpectLine("QUIT"),
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := srv.Dial(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	io.WriteString(c, "HELO you\n")
	io.ReadAll(c)
	srv.Close()
	fmt.Println(srv.Verify())
	// Output:
	// fakeserver: server: conn 1: handler returned: step 1 of 3, expect-line "HELO me": byte 5: want the line "HELO me", got "HELO you\n"
	//     want @0  "HELO me\n"
	//     got  @0  "HELO you\n"
	//                    ^
	//     left: send "250 hello\r\n", expect-line "QUIT"
}

// PostgreSQL's messages are a letter, a length that counts itself, and the rest.
func ExamplePrefixed() {
	message := script.Prefixed(script.Length{Bytes: 4, Before: 1, CountsItself: true})
	s := script.Script{
		message.ExpectMatch(`QSELECT (\d+)\x00$`),
		message.SendExpand("CSELECT $1\x00"),
		message.Send("ZI"),
	}
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: s})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	c, err := srv.Dial(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	io.WriteString(c, "Q\x00\x00\x00\x0eSELECT 12\x00")
	answer, err := io.ReadAll(c)
	fmt.Printf("%q %v\n", answer, err)
	// Output: "C\x00\x00\x00\x0eSELECT 12\x00Z\x00\x00\x00\x05I" <nil>
}

// A dialogue with a mail server, as a file.
func ExampleReadFile() {
	smtp, err := script.ReadFile("testdata/smtp.txtar")
	if err != nil {
		fmt.Println(err)
		return
	}
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: smtp})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := srv.Dial(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	io.WriteString(c, "HELO me.example\r\nQUIT\r\n")
	answers, _ := io.ReadAll(c)
	fmt.Printf("%q\n", answers)
	srv.Close()
	fmt.Println("Verify:", srv.Verify())
	_, err = script.Parse("bad.txtar", "expect-line HELO\nsned \"250 ok\\r\\n\"\nwait 20\n")
	fmt.Println(err)
	// Output:
	// "220 mail.example\r\n250 hello me.example\r\n221 bye\n"
	// Verify: <nil>
	// bad.txtar:2: there is no step "sned"; did you mean send?
	// bad.txtar:3: wait: "20" is no duration such as 20ms or 1.5s: want wait 20ms
}

// A client that asks again when its first question is lost: each peer is to get an answer, and the server speaks first to none.
func ExamplePacketScript() {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: script.PacketScript{
		script.ExpectMatch(`(..)query$`, 512),
		script.SendExpand("${1}answer"),
		script.Expect("thanks"),
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := srv.Dial(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	io.WriteString(c, "42query")
	p := make([]byte, 512)
	n, err := c.Read(p)
	fmt.Printf("%q %v\n", p[:n], err)
	io.WriteString(c, "thank you")
	srv.Close()
	fmt.Println(srv.Verify())
	// Output:
	// "42answer" <nil>
	// fakeserver: packet server: peer 1, datagram 2: step 3 of 3, expect "thanks": datagram 2, byte 5: want "thanks", got "thank you"
	//     want @0  "thanks"
	//     got  @0  "thank you"
	//                    ^
}
