package nettest

import (
	"errors"
	"time"
)

func (c *carrier) testWasReset() error {
	client, server, err := c.pair()
	if err != nil {
		return err
	}
	s, err := able[interface{ WasReset() <-chan struct{} }](server, "WasReset")
	if err != nil {
		return err
	}
	r, err := able[interface{ Reset() error }](client, "Reset")
	if err != nil {
		return err
	}
	told := s.WasReset()
	if err := first(
		func() error { return write(client, "0") },
		func() error { return wantOpen(told) },
		func() error { return wantNil("Reset", r.Reset()) },
	); err != nil {
		return err
	}
	select {
	case <-told:
	case <-time.After(soon):
		return errors.New("the client has sent an RST; WasReset's channel is open")
	}
	return first(
		func() error { return wantText("Read", server, "0") },
		func() error { return wantReset(server) },
	)
}

func wantOpen(told <-chan struct{}) error {
	select {
	case <-told:
		return errors.New("the client has not sent an RST; WasReset's channel is closed")
	case <-time.After(soon):
		return nil
	}
}
