package nettest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"
)

func (l *listening) testEachDial() error {
	const clients = 16
	dials := l.dialAndSay(clients)
	var heard []byte
	for range clients {
		b, err := l.acceptAndHear()
		if err != nil {
			return err
		}
		heard = append(heard, b)
	}
	return errors.Join(endAll(dials), wantEach(heard, clients))
}

func (l *listening) testAcceptsAtOnce() error {
	const clients = 4
	var heard [clients]byte
	var accepts []*call
	for i := range heard {
		accepts = append(accepts, begin("Accept", func() (err error) { heard[i], err = l.acceptAndHear(); return err }))
	}
	if err := waitAll(accepts); err != nil {
		return err
	}
	dials := l.dialAndSay(clients)
	if err := endAll(accepts); err != nil {
		return err
	}
	return errors.Join(endAll(dials), wantEach(heard[:], clients))
}

// dialAndSay lets clients connect at once, each of which says its number.
func (l *listening) dialAndSay(clients int) []*call {
	var dials []*call
	for i := range clients {
		dials = append(dials, begin("dial", func() error {
			c, err := l.dial()
			if err != nil {
				return err
			}
			_, err = c.Write([]byte{byte(i)})
			return wantNil("Write", err)
		}))
	}
	return dials
}

// acceptAndHear accepts a connection and returns what its client says.
func (l *listening) acceptAndHear() (byte, error) {
	c, err := l.accept()
	if err != nil {
		return 0, err
	}
	p := make([]byte, 1)
	_, err = io.ReadFull(c, p)
	return p[0], wantNil("Read", err)
}

// wantEach checks that each client was heard once.
func wantEach(heard []byte, clients int) error {
	slices.Sort(heard)
	for i := range clients {
		if heard[i] != byte(i) {
			return fmt.Errorf("heard clients %v, want each of %d once", heard, clients)
		}
	}
	return nil
}

func endAll(calls []*call) error {
	var errs []error
	for _, c := range calls {
		errs = append(errs, c.end())
	}
	return errors.Join(errs...)
}

func waitAll(calls []*call) error {
	for _, c := range calls {
		if err := c.waits(); err != nil {
			return err
		}
	}
	return nil
}

// A client is accepted and leaves, or leaves before it is accepted if it can.
func (l *listening) testClientThatLeft() error {
	left := begin("dial", func() error {
		c, err := l.dial()
		if err != nil {
			return err
		}
		return c.Close()
	})
	time.Sleep(awhile)
	stays := begin("dial", func() error {
		if err := left.end(); err != nil {
			return err
		}
		c, err := l.dial()
		if err != nil {
			return err
		}
		_, err = c.Write([]byte{1})
		return wantNil("Write", err)
	})
	for range 2 {
		c, err := l.accept()
		if err != nil {
			return err
		}
		if n, _ := c.Read(make([]byte, 1)); n == 1 {
			return stays.end()
		}
	}
	return errors.New("the second client was not accepted")
}

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
	dialled := begin("dial", func() (err error) { client, err = l.dial(); return err })
	early := dialled.waits() // for Accept, unless there is a backlog
	if early != nil && client == nil {
		return early
	}
	if err := wantNil("Close", l.Close()); err != nil {
		return err
	}
	if early == nil && dialled.end() != nil {
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
