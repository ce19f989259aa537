package thirdparty_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "nats.go",
	Module: "github.com/nats-io/nats.go",
	Config: explore.Config{NewHandler: newNATS, Within: 5 * within},
	Body:   natsBody,
	Turn:   alone,
	Note:   "its find is of a search of 1500 plans, the 574th of which it was",
	Finds: []known{{
		File: "leak-half-close-to-client-103-half-close-to-client-0", Verdict: "bug",
		What: "each try to connect again at which a server ends the connection, or says nothing, in place of its INFO leaves that connection open, until the garbage collector comes",
		Why:  "Conn.doReconnect (nats.go) goes on to the next try when processConnectInit fails, and createConn sets Conn.conn to another; Conn.connect closes what it gives up",
	}},
})

// natsBody asks services, and publishes. The client connects again by itself when its connection is lost, without jitter.
func natsBody(_ context.Context, w *explore.Wire) error {
	emptyPools()
	var c *nats.Conn
	_, err := w.Do("connect", func(context.Context) (_ any, err error) {
		c, err = nats.Connect("nats://127.0.0.1:4222", nats.SetCustomDialer(natsDialer{w}), nats.Timeout(within),
			nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}),
			nats.MaxReconnects(-1), nats.ReconnectWait(within/10), nats.ReconnectJitter(0, 0), nats.PingInterval(2*within), nats.MaxPingsOutstanding(1))
		return nil, err
	})
	if err != nil {
		return nil
	}
	defer c.Close()
	request := func(subject string) {
		w.Do("request", func(ctx context.Context) (any, error) {
			m, err := c.RequestWithContext(ctx, subject, []byte("apples"))
			if err != nil {
				return nil, err
			}
			return m.Data, nil
		})
	}
	request("echo")
	request("count")
	w.Do("publish", func(ctx context.Context) (any, error) {
		if err := c.Publish("news", []byte("figs are ripe")); err != nil {
			return nil, err
		}
		return nil, c.FlushWithContext(ctx)
	})
	request("echo")
	request("echo")
	return nil
}

// A natsDialer is a Wire as nats.go wants it.
type natsDialer struct{ wire *explore.Wire }

func (d natsDialer) Dial(string, string) (net.Conn, error) { return dial(d.wire) }

// newNATS returns a NATS server with two services: one returns what it is sent, and one counts.
func newNATS() fakeserver.Handler {
	var count counts
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		const info = `{"server_id":"NORCHARD","version":"2.11.0","proto":1,"headers":true,"max_payload":1048576}`
		if _, err := io.WriteString(c, "INFO "+info+"\r\n"); err != nil {
			return nil
		}
		s := natsSession{count: &count, subscribed: map[string]string{}}
		for r := bufio.NewReader(c); ; {
			line, err := r.ReadString('\n')
			if err != nil {
				return nil
			}
			answer, err := s.answer(r, strings.Fields(line))
			if err != nil {
				return nil
			}
			if _, err := io.WriteString(c, answer); err != nil {
				return nil
			}
		}
	})
}

// A natsSession is what a server knows of one connection.
type natsSession struct {
	count      *counts
	subscribed map[string]string // by subject, without a "*" at its end: the client's number for it
}

// answer answers a line of the protocol, whose payload it reads.
func (s natsSession) answer(r io.Reader, words []string) (string, error) {
	switch n := len(words); {
	case n == 0:
		return "", nil
	case words[0] == "PING":
		return "PONG\r\n", nil
	case words[0] == "SUB" && n >= 3:
		s.subscribed[strings.TrimSuffix(words[1], "*")] = words[n-1]
	case words[0] == "PUB" && n >= 3:
		payload, err := natsPayload(r, words[n-1])
		if err != nil || n == 3 {
			return "", err
		}
		return s.serve(words[1], words[2], payload), nil
	case words[0] != "CONNECT" && words[0] != "PONG" && words[0] != "UNSUB":
		return "", fmt.Errorf("unknown protocol operation %q", words[0])
	}
	return "", nil
}

// serve returns the answer of a service, as a message to who asked.
func (s natsSession) serve(subject, reply string, payload []byte) string {
	if subject == "count" {
		payload = strconv.AppendInt(nil, int64(s.count.add(subject)), 10)
	}
	number, ok := s.subscribed[reply[:strings.LastIndexByte(reply, '.')+1]]
	if !ok {
		return ""
	}
	return fmt.Sprintf("MSG %s %s %d\r\n%s\r\n", reply, number, len(payload), payload)
}

// natsPayload reads a payload and the end of its line. A plan may have changed its length: then the connection ends.
func natsPayload(r io.Reader, length string) ([]byte, error) {
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > 64<<10 {
		return nil, io.ErrUnexpectedEOF
	}
	payload := make([]byte, n+len("\r\n"))
	_, err = io.ReadFull(r, payload)
	return bytes.TrimSuffix(payload, []byte("\r\n")), err
}
