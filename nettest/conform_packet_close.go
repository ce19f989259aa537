package nettest

import (
	"errors"
	"fmt"
	"time"
)

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
