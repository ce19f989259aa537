package fakeserver

import (
	"errors"
	"fmt"
	"time"
)

// Close ends the server. It takes what clients have sent so far into the record,
// unblocks every Accept, Read, Write and injected delay, and waits for every
// goroutine. Handlers get one second to return; then Close gives up on them, and its
// error names each one with its step and its connection's last event. Bytes that
// Close cut off are named in the record. Only a client that connects between Close's last
// look into the kernel's backlog and the end of the listener, microseconds later, is not in
// it: the kernel resets it, and tells nobody else.
//
// Close may be called more than once, and from several goroutines; each call waits
// for the end and returns the same error. The server's accessors work afterwards.
func (s *Server) Close() error {
	if s.closed.CompareAndSwap(false, true) {
		s.closeErr = s.close()
		close(s.done)
	}
	<-s.done
	return s.closeErr
}

func (s *Server) close() error {
	s.life.lock()
	defer s.life.unlock()
	s.stopAccepting("closed")
	close(s.closing)
	s.cancel()
	for _, c := range s.openConns() {
		c.kick()
	}
	defer s.port.close()
	if s.joined(closeGrace) {
		return nil
	}
	var errs []error
	for _, c := range s.openConns() {
		errs = append(errs, s.stuck(c))
		c.closeRaw()
	}
	s.joined(closeGrace / 10)
	return errors.Join(errs...)
}

// stuck says what c's handler was doing when Close gave up on it.
func (s *Server) stuck(c *Conn) error {
	last := "none"
	for e := range s.rec.Snapshot().Conn(c.n).All() {
		last = e.String()
	}
	step := ""
	if at := c.step.Load(); at != nil {
		step = fmt.Sprintf(" in step %q", *at)
	}
	return fmt.Errorf("fakeserver: %s: Close: conn %d: handler %T did not return within %v%s; does it watch its ctx? Last event: %s%s",
		s.name, c.n, s.handler, closeGrace, step, last, s.hung.ofConn(s, c))
}

// pause sleeps for d, or until Close.
func (c *core) pause(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.closing:
	}
}
