package thirdparty_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
)

// newRabbitMQ returns a RabbitMQ server that takes any password and has one queue, from which an apple can be got. It sends heartbeats,
// also when it can't read, as RabbitMQ does while it is short of memory.
func newRabbitMQ() fakeserver.Handler {
	return fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		r := bufio.NewReader(c)
		if _, err := r.Discard(len("AMQP\x00\x00\x09\x01")); err != nil {
			return nil
		}
		// Version 0.9, no properties, how to log in, the locale.
		if _, err := c.Write(amqpMethod(0, 10, 10, "\x00\x09\x00\x00\x00\x00\x00\x00\x00\x05PLAIN\x00\x00\x00\x05en_US")); err != nil {
			return nil
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var published uint64
		for {
			f, err := amqpRead(r)
			if err != nil {
				return nil
			}
			answer, last := f.answer(&published)
			if _, err := c.Write(answer); err != nil || last {
				return nil
			}
			if f.is(10, 31) {
				go amqpHeartbeats(ctx, c)
			}
		}
	})
}

// amqpHeartbeats sends a frame of no meaning now and then.
func amqpHeartbeats(ctx context.Context, c *fakeserver.Conn) {
	for tick := time.NewTicker(within / 2); ; {
		select {
		case <-tick.C:
			if _, err := c.Write(amqpFrame(8, 0, "")); err != nil {
				return
			}
		case <-ctx.Done():
			tick.Stop()
			return
		}
	}
}

// An amqpReadFrame is what a client sends. Of a method, the body begins with a class and a number.
type amqpReadFrame struct {
	kind    byte // 1: a method; 3: a part of a message; 8: a heartbeat
	channel uint16
	body    string
}

func (f amqpReadFrame) is(class, method uint16) bool {
	return f.kind == 1 && len(f.body) >= 4 && f.body[:4] == string(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, class), method))
}

// answer returns what a server says to a frame, and whether that is the last.
func (f amqpReadFrame) answer(published *uint64) (answer []byte, last bool) {
	switch {
	case f.kind == 3: // all of a message, since it is short: it is confirmed by its number
		*published++
		return amqpMethod(f.channel, 60, 80, string(binary.BigEndian.AppendUint64(nil, *published))+"\x00"), false
	case f.is(10, 11): // login: 2047 channels, frames of 128 KiB, a heartbeat each second
		return amqpMethod(0, 10, 30, "\x07\xff\x00\x02\x00\x00\x00\x01"), false
	case f.is(10, 40): // open a virtual host
		return amqpMethod(0, 10, 41, "\x00"), false
	case f.is(10, 50): // close
		return amqpMethod(0, 10, 51, ""), true
	case f.is(20, 10): // open a channel
		return amqpMethod(f.channel, 20, 11, "\x00\x00\x00\x00"), false
	case f.is(20, 40): // close it
		return amqpMethod(f.channel, 20, 41, ""), false
	case f.is(50, 10): // declare a queue, of which no messages and no consumers are told
		return amqpMethod(f.channel, 50, 11, "\x05fruit\x00\x00\x00\x00\x00\x00\x00\x00"), false
	case f.is(85, 10): // confirm what is published
		return amqpMethod(f.channel, 85, 11, ""), false
	case f.is(60, 70): // get: message 1, for the first time, of no exchange, with its key, the last; its size, no properties; itself
		answer = amqpMethod(f.channel, 60, 71, "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x05fruit\x00\x00\x00\x00")
		answer = append(answer, amqpFrame(2, f.channel, "\x00\x3c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00")...)
		return append(answer, amqpFrame(3, f.channel, "apple")...), false
	}
	return nil, false
}

func amqpMethod(channel, class, method uint16, args string) []byte {
	head := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, class), method)
	return amqpFrame(1, channel, string(head)+args)
}

func amqpFrame(kind byte, channel uint16, body string) []byte {
	head := binary.BigEndian.AppendUint16([]byte{kind}, channel)
	head = binary.BigEndian.AppendUint32(head, uint32(len(body)))
	return append(append(head, body...), 0xce)
}

// amqpRead reads a frame. A plan may have changed its length: then the connection ends.
func amqpRead(r io.Reader) (f amqpReadFrame, err error) {
	var head [7]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return f, err
	}
	n := binary.BigEndian.Uint32(head[3:])
	if n > 64<<10 {
		return f, io.ErrUnexpectedEOF
	}
	body := make([]byte, n+1)
	_, err = io.ReadFull(r, body)
	return amqpReadFrame{head[0], binary.BigEndian.Uint16(head[1:]), string(body[:n])}, err
}
