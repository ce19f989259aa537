package nettest

import (
	"fmt"
	"time"
)

// wantReadTimeout checks that ReadFrom ends by its deadline.
func (p *packets) wantReadTimeout() error {
	n, _, err := p.b.ReadFrom(make([]byte, 10))
	if n != 0 {
		return fmt.Errorf("ReadFrom = %d, %v; want 0", n, err)
	}
	return wantTimeout("ReadFrom", err)
}

func (p *packets) wantWriteTimeout() error {
	n, err := p.b.WriteTo([]byte("x"), p.a.LocalAddr())
	if n != 0 {
		return fmt.Errorf("WriteTo = %d, %v; want 0", n, err)
	}
	return wantTimeout("WriteTo", err)
}

func (p *packets) wantAnswer() error {
	if err := send(p.b, "an answer", p.a.LocalAddr()); err != nil {
		return err
	}
	_, err := wantDatagram(p.a, "an answer")
	return err
}

func (p *packets) testPastDeadline() error {
	return first(
		func() error { return p.b.SetReadDeadline(aLongTimeAgo) },
		p.wantReadTimeout,
		func() error { return send(p.a, "waiting", p.b.LocalAddr()) },
		p.wantReadTimeout,
		func() error { return p.b.SetReadDeadline(time.Time{}) },
		func() error { _, err := wantDatagram(p.b, "waiting"); return err },
	)
}

func (p *packets) testDeadlinePasses() error {
	begun := time.Now()
	err := first(
		func() error { return p.b.SetReadDeadline(begun.Add(awhile)) },
		p.wantReadTimeout,
		p.wantReadTimeout,
	)
	if took := time.Since(begun); err == nil && took < awhile {
		return fmt.Errorf("ReadFrom ended after %v, want %v at least", took, awhile)
	}
	return err
}

func (p *packets) testDeadlineIsMoved() error {
	if err := p.b.SetReadDeadline(time.Now().Add(time.Hour)); err != nil {
		return err
	}
	read := begin("ReadFrom", p.wantReadTimeout)
	return first(
		read.waits,
		func() error { return p.b.SetReadDeadline(aLongTimeAgo) },
		read.end,
		func() error { return p.b.SetReadDeadline(time.Now().Add(time.Hour)) },
		func() error { return p.wantDelivery("goes on") },
	)
}

func (p *packets) testDeadlineIsCleared() error {
	read, err := outlives(p.b.SetReadDeadline, "ReadFrom", func() error {
		_, err := wantDatagram(p.b, "at last")
		return err
	})
	if err != nil {
		return err
	}
	return first(
		func() error { return send(p.a, "at last", p.b.LocalAddr()) },
		read.end,
	)
}

func (p *packets) testDeadlinesAreTwo() error {
	return first(
		func() error { return p.b.SetReadDeadline(aLongTimeAgo) },
		p.wantAnswer,
		func() error { return p.b.SetReadDeadline(time.Time{}) },
		func() error { return p.b.SetWriteDeadline(aLongTimeAgo) },
		p.wantWriteTimeout,
		func() error { return p.wantDelivery("goes on") },
		func() error { return p.b.SetDeadline(time.Time{}) },
		p.wantAnswer,
		func() error { return p.b.SetDeadline(aLongTimeAgo) },
		p.wantReadTimeout,
		p.wantWriteTimeout,
	)
}
