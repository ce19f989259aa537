package specimen

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// tlsLines is lines over TLS.
var tlsLines = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	cfg, _ := nettest.TLS()
	conn := tls.Server(c, cfg)
	answerLines(bufio.NewReader(conn), conn, "\n")
	conn.CloseWrite()
	return nil
})

// clientTLS is the configuration of clients of tlsLines.
func clientTLS() *tls.Config {
	_, cfg := nettest.TLS()
	cfg.ServerName = "localhost"
	return cfg
}

// patientHandshake has a timeout for the dialing, and one for each call, which begins when the TLS
// handshake is over.
//
// As in github.com/golang/go/issues/17708, github.com/quickfixgo/quickfix/issues/347.
type patientHandshake struct{ link }

func newPatientHandshake(dial Dialer) client { return &patientHandshake{link{dial: dial}} }

func (c *patientHandshake) Ask(ctx context.Context, question string) (string, error) {
	if c.conn == nil {
		if err := c.connect(ctx); err != nil {
			return "", err
		}
		conn := tls.Client(c.conn, clientTLS())
		if err := conn.Handshake(); err != nil {
			c.hangUp()
			return "", err
		}
		c.conn, c.r = conn, bufio.NewReader(conn)
	}
	c.conn.SetDeadline(time.Now().Add(timeout))
	_, err := io.WriteString(c.conn, question+"\n")
	var line string
	if err == nil {
		line, err = c.r.ReadString('\n')
	}
	if err != nil {
		c.hangUp()
		return "", err
	}
	return strings.TrimSpace(line), nil
}
