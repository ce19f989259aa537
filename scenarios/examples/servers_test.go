package examples_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
)

// nods is a server that says 250 to each line.
var nods = fakeserver.Lines{Answer: func(line string) string { return "250 " + line }}

// mailReplies are what a mail server says to a command, and to the end of a mail.
var mailReplies = map[string]string{"EHLO": "250 hi", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", ".": "250 taken", "QUIT": "221 bye"}

// mail is a server that takes every mail.
var mail = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	text := textproto.NewConn(c)
	reply, command := "220 hello", ""
	for command != "QUIT" {
		if err := text.PrintfLine("%s", reply); err != nil {
			return err
		}
		for reply = ""; reply == ""; {
			line, err := text.ReadLine()
			if err != nil {
				return err
			}
			command, _, _ = strings.Cut(line, " ")
			reply = mailReplies[command] // a line of a mail has none
		}
	}
	return text.PrintfLine("%s", reply)
})

// web is a server of pages that hold their own paths.
var web = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	in := bufio.NewReader(c)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return nil // of a request that was cut short, it is in ReadRequest's own words
		}
		io.Copy(io.Discard, r.Body)
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(r.URL.Path), r.URL.Path)
		if r.Close {
			return nil
		}
	}
})
