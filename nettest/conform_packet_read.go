package nettest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"time"
)

func (p *packets) testBorders() error {
	want := map[string]int{"a": 1, "bc": 1, string(bytes.Repeat([]byte("d"), 1200)): 1}
	for text := range want {
		if err := send(p.a, text, p.b.LocalAddr()); err != nil {
			return err
		}
	}
	for range 3 {
		got, _, err := receive(p.b)
		if err != nil {
			return err
		}
		if want[got]--; want[got] < 0 {
			return fmt.Errorf("ReadFrom = %.40q: a datagram of %d bytes that was not sent, or not twice", got, len(got))
		}
	}
	return nil
}

func (p *packets) testSender() error {
	if err := send(p.a, "a question", p.b.LocalAddr()); err != nil {
		return err
	}
	from, err := wantDatagram(p.b, "a question")
	if err != nil {
		return err
	}
	if err := send(p.b, "an answer", from); err != nil {
		return err
	}
	from, err = wantDatagram(p.a, "an answer")
	if err != nil || isUnspecified(p.b.LocalAddr()) {
		return err
	}
	return sameAddress("ReadFrom's address", from.String(), "the sender's LocalAddr", p.b.LocalAddr().String())
}

func (p *packets) testAddrIsKept() error {
	if err := send(p.a, "first", p.b.LocalAddr()); err != nil {
		return err
	}
	from, err := wantDatagram(p.b, "first")
	if err != nil {
		return err
	}
	before := from.String()
	if err := send(p.b, "second", p.b.LocalAddr()); err != nil {
		return err
	}
	if _, err := wantDatagram(p.b, "second"); err != nil {
		return err
	}
	return sameAddress("the first datagram's address", before, "after the second ReadFrom it", from.String())
}

func (p *packets) testBufferIsNotKept() error {
	buf := []byte("written")
	if _, err := p.a.WriteTo(buf, p.b.LocalAddr()); err != nil {
		return wantNil("WriteTo", err)
	}
	copy(buf, "changed")
	_, err := wantDatagram(p.b, "written")
	return err
}

func (p *packets) testEmpty() error {
	if err := p.wantDelivery(""); err != nil {
		return err
	}
	return p.wantDelivery("and goes on")
}

func (p *packets) testShortBuffer() error {
	if err := send(p.a, "0123456789", p.b.LocalAddr()); err != nil {
		return err
	}
	buf := make([]byte, 4)
	n, _, err := p.b.ReadFrom(buf) // on Windows it is an error, too
	if n != len(buf) || string(buf) != "0123" {
		return fmt.Errorf("ReadFrom(4 bytes) of 10 = %d, %v: %q; want the first 4", n, err, buf)
	}
	return p.wantDelivery("the next")
}

func (p *packets) testReadFromWaits() error {
	read := begin("ReadFrom", func() error { _, err := wantDatagram(p.b, "at last"); return err })
	return first(
		read.waits,
		func() error { return send(p.a, "at last", p.b.LocalAddr()) },
		read.end,
	)
}

func (p *packets) testAtOnce() error {
	const writers, readers, each = 4, 3, 24
	var calls []*call
	for w := range writers {
		calls = append(calls, begin("WriteTo", func() error {
			for i := range each {
				if err := send(p.a, number(w*each+i), p.b.LocalAddr()); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	calls = append(calls, begin("the other methods", p.useAll))
	heard := make(chan string, writers*each)
	for range readers {
		calls = append(calls, begin("ReadFrom", func() error {
			for range writers * each / readers {
				text, _, err := receive(p.b)
				if err != nil {
					return err
				}
				heard <- text
			}
			return nil
		}))
	}
	if err := endAll(calls); err != nil {
		return err
	}
	return wantNumbers(heard, writers*each)
}

// useAll calls the methods that are harmless while others read and write.
func (p *packets) useAll() error {
	for range 10 {
		later := time.Now().Add(time.Hour)
		for _, c := range []net.PacketConn{p.a, p.b} {
			err := errors.Join(c.SetDeadline(later), c.SetReadDeadline(later), c.SetWriteDeadline(later))
			if err != nil || c.LocalAddr() == nil {
				return fmt.Errorf("SetDeadline: %v; LocalAddr: %v", err, c.LocalAddr())
			}
		}
	}
	return nil
}

// number returns a datagram that shows if it was mixed with another.
func number(i int) string { return fmt.Sprintf("%03d %03d %03d", i, i, i) }

func wantNumbers(heard chan string, count int) error {
	missing := map[string]bool{}
	for i := range count {
		missing[number(i)] = true
	}
	for range count {
		text := <-heard
		if !missing[text] {
			return fmt.Errorf("ReadFrom = %q, twice or not sent", text)
		}
		delete(missing, text)
	}
	return nil
}
