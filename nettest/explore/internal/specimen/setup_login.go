package specimen

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
)

// errLogin is what clients say whose server did not welcome them.
type errLogin string

func (e errLogin) Error() string { return "login: the server says " + string(e) }

// logIn says who is there, when asked.
func logIn(r *bufio.Reader, w io.Writer) error {
	if ask, err := r.ReadString('\n'); err != nil {
		return err
	} else if ask != "who are you?\n" {
		return errLogin(ask)
	}
	if _, err := io.WriteString(w, "user alice\n"); err != nil {
		return err
	}
	if welcome, err := r.ReadString('\n'); err != nil {
		return err
	} else if welcome != "welcome alice\n" {
		return errLogin(welcome)
	}
	return nil
}

// patientLogin bounds the dialing and each call, and not the login between them.
//
// As in github.com/emersion/go-smtp/issues/175, github.com/golang/crypto/pull/25.
type patientLogin struct{ link }

func newPatientLogin(dial Dialer) client { return &patientLogin{link{dial: dial}} }

func (c *patientLogin) Ask(ctx context.Context, question string) (string, error) {
	if c.conn == nil {
		if err := c.connect(ctx); err != nil {
			return "", err
		}
		if err := logIn(c.r, c.conn); err != nil {
			c.hangUp()
			return "", err
		}
	}
	return c.call(ctx, func() (string, error) {
		if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
			return "", err
		}
		line, err := c.r.ReadString('\n')
		return strings.TrimSpace(line), err
	})
}

// leakyLogin forgets its connection when the login fails.
//
// As in github.com/go-ldap/ldap/issues/24, github.com/lib/pq/issues/697.
type leakyLogin struct {
	dial Dialer
	conn net.Conn // nil: not connected
	r    *bufio.Reader
}

func newLeakyLogin(dial Dialer) client { return &leakyLogin{dial: dial} }

func (c *leakyLogin) open(ctx context.Context) error {
	ctx, cancel := context.WithDeadline(ctx, deadline(ctx))
	defer cancel()
	conn, err := c.dial(ctx, "tcp", server)
	if err != nil {
		return err
	}
	conn.SetDeadline(deadline(ctx))
	r := bufio.NewReader(conn)
	if err := logIn(r, conn); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	c.conn, c.r = conn, r
	return nil
}

func (c *leakyLogin) Ask(ctx context.Context, question string) (string, error) {
	if c.conn == nil {
		if err := c.open(ctx); err != nil {
			return "", err
		}
	}
	c.conn.SetDeadline(deadline(ctx))
	_, err := io.WriteString(c.conn, question+"\n")
	var line string
	if err == nil {
		line, err = c.r.ReadString('\n')
	}
	if err != nil {
		c.Close()
		return "", err
	}
	return strings.TrimSpace(line), nil
}

func (c *leakyLogin) Close() error {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
	return nil
}
