package fakeserver

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// serve hands datagrams to the handler, one after the other.
func (s *PacketServer) serve() {
	defer s.wg.Done()
	for {
		d, ok := s.nextDelivery()
		if !ok {
			return
		}
		if err := s.call(d); err != nil {
			s.rec.Add(transcript.Event{Conn: d.Conn, Kind: transcript.Error, Text: "handler: " + firstLine(err)})
			if !wireError(err, s.localAddr(), nil) {
				s.fail(fmt.Errorf("fakeserver: %s: conn %d, datagram %d: %w", s.name, d.Conn, d.Number, err))
			}
		}
	}
}

// call runs the handler in a goroutine of its own only as far as it must: a panic
// is recovered, and a Goexit, which ends the goroutine, is replaced by another.
func (s *PacketServer) call(d delivery) (err error) {
	left := true
	defer func() {
		if p := recover(); p != nil {
			err = newPanicError(p)
		} else if left {
			s.fail(fmt.Errorf("fakeserver: %s: conn %d, datagram %d: %w", s.name, d.Conn, d.Number, errGoexit))
			s.rec.Add(transcript.Event{Conn: d.Conn, Kind: transcript.Error, Text: "handler: " + errGoexit.Error()})
			s.wg.Add(1)
			go s.serve()
		}
	}()
	err = s.handler.ServePacket(s.ctx, d.Packet, packetWriter{s, d.peer})
	left = false
	return err
}

// nextDelivery waits for a datagram to be due. It reports false when the server
// closes; what the handler did not get by then is named.
func (s *PacketServer) nextDelivery() (delivery, bool) {
	s.setServing("")
	d, ok := s.inbox.next(s.core)
	if ok {
		s.setServing(fmt.Sprintf("conn %d, datagram %d", d.Conn, d.Number))
	}
	return d, ok
}

func (s *PacketServer) setServing(what string) {
	s.mu.Lock()
	s.serving = what
	s.mu.Unlock()
}
