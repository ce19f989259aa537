package nettest

import (
	"errors"
	"fmt"
	"net"
	"time"
)

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

// useAll calls what is harmless while others read and write.
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

// number is a datagram in which any mixture shows.
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

func (p *packets) testCloseWakesReads() error {
	var reads []*call
	for range 3 {
		reads = append(reads, begin("ReadFrom", func() error {
			_, _, err := receive(p.b)
			return wantClosed("ReadFrom, blocked", err)
		}))
	}
	if err := waitAll(reads); err != nil {
		return err
	}
	if err := wantNil("Close", p.b.Close()); err != nil {
		return err
	}
	return endAll(reads)
}

func (p *packets) testAfterClose() error {
	if err := wantNil("Close", p.b.Close()); err != nil {
		return err
	}
	n, _, readErr := p.b.ReadFrom(make([]byte, 1))
	m, writeErr := p.b.WriteTo([]byte("x"), p.a.LocalAddr())
	if n != 0 || m != 0 {
		return fmt.Errorf("ReadFrom = %d, %v; WriteTo = %d, %v; want 0 and errors", n, readErr, m, writeErr)
	}
	return errors.Join(
		wantClosed("ReadFrom", readErr),
		wantClosed("WriteTo", writeErr),
		wantClosed("SetDeadline", p.b.SetDeadline(time.Time{})),
		wantClosed("SetReadDeadline", p.b.SetReadDeadline(time.Time{})),
		wantClosed("SetWriteDeadline", p.b.SetWriteDeadline(time.Time{})),
	)
}

func (p *packets) testCloseTwice() error {
	if err := wantNil("Close", p.b.Close()); err != nil {
		return err
	}
	if err := p.b.Close(); err != nil {
		return wantClosed("the second Close", err)
	}
	return nil
}
