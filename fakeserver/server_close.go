package fakeserver

import (
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Close ends the server. It takes what clients have sent so far into the record,
// unblocks every Accept, Read, Write and injected delay, and waits for every
// goroutine. Handlers get one second to return; then Close gives up on them, and its
// error names each one with its step and its connection's last event. It also names a
// Transport whose Accept goes on after its listener was closed. Bytes that
// Close cut off are named in the record. Only a client that connects between Close's last
// look at the kernel's backlog and the end of the listener, microseconds later, is not in
// it: the kernel resets that one without a word to the server.
//
// Close may be called more than once, and from several goroutines; each call waits
// for the end and returns the same error. The server's accessors work afterwards.
func (s *Server) Close() error { return s.end(s.close) }

// Stop is Close, as each Wire has it.
func (s *Server) Stop() error { return s.Close() }

func (s *Server) close() error {
	errs := s.endAll()
	defer s.port.Close()
	if s.joined(closeGrace) {
		return errors.Join(errs...)
	}
	if err := errors.Join(append(errs, s.giveUp()...)...); err != nil {
		return err
	}
	return fmt.Errorf("fakeserver: %s: Close: a connection ended only after %v", s.name, closeGrace)
}

// endAll takes no more connections, and ends those that there are. It gives life back before Close
// waits for the handlers: one of them may wait for it, in SetHandler or Down, and hears then that
// the server is closed.
func (s *Server) endAll() (errs []error) {
	s.outages.life.lock()
	defer s.outages.life.unlock()
	if err := s.stopAccepting("closed"+refusingConnections, ""); err != nil {
		errs = append(errs, fmt.Errorf("fakeserver: %s: Close: %w", s.name, err))
	}
	s.cancel()
	for _, c := range s.openConns() {
		c.endNow()
	}
	return errs
}

// giveUp closes the sockets of the connections that are still there, and says what their
// handlers are doing.
func (s *Server) giveUp() (errs []error) {
	conns := s.openConns()
	last := lastEvents(s.rec.Snapshot(), conns)
	for _, c := range conns {
		errs = append(errs, s.stuck(c, last[c.n]))
		c.closeSocket()
	}
	s.joined(closeGrace / 10)
	return errs
}

// lastEvents returns each connection's last event.
func lastEvents(t transcript.Transcript, conns []*Conn) map[int]transcript.Event {
	last := make(map[int]transcript.Event, len(conns))
	for _, c := range conns {
		last[c.n] = transcript.Event{}
	}
	for e := range t.All() {
		if _, asked := last[e.Conn]; asked {
			last[e.Conn] = e
		}
	}
	return last
}

// stuck says what c's handler was doing when Close gave up on it.
func (s *Server) stuck(c *Conn, last transcript.Event) error {
	step := ""
	if at := c.step.Load(); at != nil {
		step = fmt.Sprintf(" in step %q", *at)
	}
	return fmt.Errorf("fakeserver: %s: Close: conn %d: handler %T did not return within %v%s; does it watch its ctx? Last event: %v%s",
		s.name, c.n, c.handler, closeGrace, step, last, s.hung.of("(*Server).serve", s, c))
}
