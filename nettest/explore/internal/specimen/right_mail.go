package specimen

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/smtp"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/explore"
)

// post takes mail.
var post = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	if _, err := io.WriteString(c, "220 post\r\n"); err != nil {
		return nil
	}
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil
		}
		reply := "250 ok"
		switch verb, _, _ := strings.Cut(strings.TrimSpace(line), " "); verb {
		case "EHLO":
			reply = "250-post\r\n250-8BITMIME\r\n250 SIZE 1000"
		case "DATA":
			if _, err := io.WriteString(c, "354 go on\r\n"); err != nil {
				return nil
			}
			for line != ".\r\n" {
				if line, err = r.ReadString('\n'); err != nil {
					return nil
				}
			}
			reply = "250 taken"
		case "QUIT":
			reply = "221 bye"
		}
		if _, err := io.WriteString(c, reply+"\r\n"); err != nil || strings.HasPrefix(reply, "221") {
			return nil
		}
	}
})

// mails is a session of the standard library's SMTP client, which bounds nothing by itself, with a
// deadline for each step. Its steps build on each other: after one that failed it goes no further.
func mails(_ context.Context, w *explore.Wire) error {
	var c *smtp.Client
	var renew func(ctx context.Context)
	_, err := w.Do("open", func(ctx context.Context) (any, error) {
		conn, err := w.DialContext(ctx, "tcp", server)
		if err != nil {
			return nil, err
		}
		renew = func(ctx context.Context) { conn.SetDeadline(deadline(ctx)) }
		renew(ctx)
		if c, err = smtp.NewClient(conn, "server.test"); err != nil {
			conn.Close()
		}
		return nil, err
	})
	if err != nil {
		return err
	}
	defer c.Close()
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"hello", func() error { return c.Hello("client.test") }},
		{"from", func() error { return c.Mail("alice@client.test") }},
		{"to", func() error { return c.Rcpt("bob@server.test") }},
		{"send", func() error { return sendMail(c) }},
		{"quit", c.Quit},
	} {
		_, err := w.Do(step.name, func(ctx context.Context) (any, error) {
			renew(ctx)
			return nil, step.do()
		})
		if err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

func sendMail(c *smtp.Client) error {
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "Subject: fruit\r\n\r\napples\r\n"); err != nil {
		return err
	}
	return w.Close()
}
