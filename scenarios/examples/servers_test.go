package examples_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
)

// nods is a server that says 250 to each line.
var nods = fakeserver.Lines{Answer: func(line string) string { return "250 " + line }}

// mailReplies are what a mail server says to a verb, or, behind a "\n", to the mail.
var mailReplies = map[string]string{"EHLO": "250 hi", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", "QUIT": "221 bye"}

// mail is a server that takes every mail.
var mail = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	text := textproto.NewConn(c)
	err := text.PrintfLine("220 hello")
	for verb := ""; err == nil && verb != "QUIT"; {
		var line string
		if line, err = text.ReadLine(); err != nil {
			break
		}
		verb, _, _ = strings.Cut(line, " ")
		err = text.PrintfLine("%s", mailReplies[verb])
		if verb == "DATA" && err == nil {
			_, err = io.Copy(io.Discard, text.DotReader())
			err = errors.Join(err, text.PrintfLine("250 taken"))
		}
	}
	return ended(err)
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

// ended makes of a request that was cut short what it is to these servers: an ending.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
