package thirdparty_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "amqp091-go",
	Module: "github.com/rabbitmq/amqp091-go",
	Config: explore.Config{NewHandler: newRabbitMQ, Within: 5 * within},
	Body:   amqpBody,
	Finds: []known{{
		File: "hang-stall-from-client-254", Verdict: "bug",
		What:  "to open a channel, or to declare a queue on it, never returns while a server sends heartbeats and reads nothing, as RabbitMQ does when it is short of memory",
		Why:   "Channel.call (channel.go) waits for the answer or the end of the connection, which heartbeats put off; it has neither a context nor a deadline",
		Issue: "https://github.com/rabbitmq/amqp091-go/issues/225",
	}, {
		File: "hang-stall-from-client-305", Verdict: "bug",
		What:  "the same for Get",
		Why:   "Channel.Get, and Channel.call (channel.go)",
		Issue: "https://github.com/rabbitmq/amqp091-go/issues/253",
	}, {
		File: "hang-stall-from-client-442", Verdict: "bug",
		What:  "the same for Close of the connection, which so can't be ended at all",
		Why:   "Connection.Close, and Connection.call (connection.go); Connection.CloseDeadline has a deadline",
		Issue: "https://github.com/rabbitmq/amqp091-go/issues/178",
	}},
	Not: []string{
		"A message published without an error, that was not: a confirmation that waits when its connection ends says false, as for a message that was refused, and the body had made nothing of it.",
	},
})

// amqpBody publishes with confirms, and gets. When the connection has closed, it opens another, with its channel and its queue.
func amqpBody(_ context.Context, w *explore.Wire) error {
	s := amqpSession{wire: w}
	defer s.close()
	do := func(name string, f func(ctx context.Context) (any, error)) {
		if _, err := w.Do("open", func(context.Context) (any, error) { return nil, s.open() }); err == nil {
			w.Do(name, f)
		}
	}
	publish := func(ctx context.Context) (any, error) {
		confirm, err := s.channel.PublishWithDeferredConfirmWithContext(ctx, "", "fruit", false, false, amqp.Publishing{Body: []byte("apples")})
		if err != nil {
			return nil, err
		}
		taken, err := confirm.WaitContext(ctx)
		if err == nil && !taken {
			err = errors.New("not confirmed")
		}
		return nil, err
	}
	do("publish", publish)
	do("publish", publish)
	do("get", func(context.Context) (any, error) {
		m, ok, err := s.channel.Get("fruit", true)
		return fmt.Sprintf("%q %t", m.Body, ok), err
	})
	do("publish", publish)
	return nil
}

// An amqpSession is a connection and a channel with a queue.
type amqpSession struct {
	wire    *explore.Wire
	conn    *amqp.Connection // nil: there was none yet
	channel *amqp.Channel
}

// open opens what is not open.
func (s *amqpSession) open() (err error) {
	if s.conn != nil && !s.conn.IsClosed() && s.channel != nil && !s.channel.IsClosed() {
		return nil
	}
	s.close()
	s.conn, err = amqp.DialConfig("amqp://eve:secret@rabbitmq.test/", amqp.Config{Heartbeat: within, Dial: s.dial})
	if err != nil {
		s.conn = nil
		return err
	}
	if s.channel, err = s.conn.Channel(); err != nil {
		return err
	}
	if _, err := s.channel.QueueDeclare("fruit", true, false, false, false, nil); err != nil {
		return err
	}
	return s.channel.Confirm(false)
}

// dial sets a deadline for what comes before heartbeats, as amqp.DefaultDial does.
func (s *amqpSession) dial(string, string) (net.Conn, error) {
	conn, err := dial(s.wire)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(within))
}

// close closes the connection.
func (s *amqpSession) close() {
	if s.conn != nil {
		s.conn.Close()
	}
}
