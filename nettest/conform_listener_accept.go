package nettest

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

func (l *listening) testAccept() error { return errors.Join(l.wantPair(), l.wantPair()) }

func (l *listening) testAddresses() error {
	at := l.Addr()
	client, server, err := l.pair()
	if err != nil {
		return err
	}
	if at == nil {
		return errors.New("Addr is nil")
	}
	own := at.String()
	if isUnspecified(at) {
		own = client.RemoteAddr().String()
	}
	return errors.Join(
		sameAddress("the listener's", own, "the accepted connection's LocalAddr", server.LocalAddr().String()),
		sameAddress("the listener's", own, "the client's RemoteAddr", client.RemoteAddr().String()),
		sameAddress("the client's LocalAddr", client.LocalAddr().String(), "the accepted connection's RemoteAddr", server.RemoteAddr().String()),
		sameAddress("the listener's network", at.Network(), "the connection's", server.LocalAddr().Network()),
	)
}

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

// dialAndSay makes clients connect at the same time. Each sends its number.
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

// acceptAndHear accepts a connection and returns what its client sent.
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

// The client leaves before it is accepted if it can, or else after.
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
