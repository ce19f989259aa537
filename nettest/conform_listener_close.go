package nettest

import (
	"errors"
	"fmt"
	"net"
)

func (l *listening) testCloseWakesAccepts() error {
	var accepts []*call
	for range 3 {
		accepts = append(accepts, begin("Accept", func() error {
			_, err := l.accept()
			return wantClosed("Accept, blocked", err)
		}))
	}
	if err := waitAll(accepts); err != nil {
		return err
	}
	if err := wantNil("Close", l.Close()); err != nil {
		return err
	}
	return endAll(accepts)
}

func (l *listening) testAcceptAfterClose() error {
	at := l.Addr().String()
	if err := wantNil("Close", l.Close()); err != nil {
		return err
	}
	for range 2 {
		c, err := l.Accept()
		if err := wantClosed("Accept", err); err != nil {
			return err
		}
		if c != nil {
			return fmt.Errorf("Accept = %v with an error, want nil", c)
		}
	}
	return sameAddress("Addr", l.Addr().String(), "before Close it", at)
}

func (l *listening) testCloseTwice() error {
	if err := wantNil("Close", l.Close()); err != nil {
		return err
	}
	if err := l.Close(); err != nil {
		return wantClosed("the second Close", err)
	}
	return nil
}

func (l *listening) testClosesAtOnce() error {
	const closers = 8
	var closes []*call
	for range closers {
		closes = append(closes, begin("Close", l.Close))
	}
	succeeded := 0
	for _, c := range closes {
		err := c.end()
		if err == nil {
			succeeded++
		} else if err := wantClosed("Close", err); err != nil {
			return err
		}
	}
	if succeeded == 0 {
		return errors.New("none of the Closes succeeded")
	}
	return nil
}

func (l *listening) testDialAfterClose() error {
	if err := wantNil("Close", l.Close()); err != nil {
		return err
	}
	if c, err := l.dial(); err == nil {
		return fmt.Errorf("dial from %v succeeded", c.LocalAddr())
	}
	return nil
}

func (l *listening) testCloseEndsTheBacklog() error {
	var client net.Conn
	dialed := begin("dial", func() (err error) { client, err = l.dial(); return err })
	early := dialed.waits() // for Accept, unless there is a backlog
	if early != nil && client == nil {
		return early
	}
	if err := wantNil("Close", l.Close()); err != nil {
		return err
	}
	if early == nil && dialed.end() != nil {
		return nil
	}
	if n, err := client.Read(make([]byte, 1)); n != 0 || err == nil {
		return fmt.Errorf("the client's Read = %d, %v; want its connection to have ended", n, err)
	}
	return nil
}

func (l *listening) testConnOutlivesListener() error {
	client, server, err := l.pair()
	if err != nil {
		return err
	}
	if err := wantNil("Close", l.Close()); err != nil {
		return err
	}
	return converse(client, server)
}
