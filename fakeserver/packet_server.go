package fakeserver

import (
	"errors"
	"fmt"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/internal/port"
)

// A PacketServer is a fake peer for datagrams. It owns one address for its whole
// life, records every datagram, answers through its PacketHandler, and counts
// exactly what the kernel lost for want of buffer. StartPacket or ListenPacket
// makes one.
type PacketServer struct {
	*peers
	reader packetReader

	mu      sync.Mutex // guards serving
	serving serving

	hung handlerStacks
}

// ListenPacket starts a packet server without a test: its caller must call
// Close, and may call Verify. Its errors wrap ErrConfig, fault.ErrPlan, or what
// package net says of the address.
func ListenPacket(cfg PacketConfig) (*PacketServer, error) { return listenPacket(cfg, origin{}) }

func listenPacket(cfg PacketConfig, o origin) (*PacketServer, error) {
	if cfg.Handler == nil {
		cfg.Handler = PacketDiscard{}
	}
	if err := checkHandler(cfg.Handler); err != nil {
		return nil, err
	}
	if cfg.Name == "" {
		cfg.Name = "packet server"
	}
	e := cfg.endpoint()
	if err := e.takePlan(cfg.Handler); err != nil {
		return nil, err
	}
	c := new(core)
	if err := c.begin(&e, o); err != nil {
		return nil, err
	}
	p, err := port.ListenPacket(e.spec())
	if err != nil {
		return nil, err
	}
	c.settle(&e, p.Addr())
	c.gates.ofHandler(cfg.Handler)
	s := &PacketServer{peers: newPeers(c)}
	s.reader = packetReader{peers: s.peers, port: p}
	s.in.handler, s.in.handlers, s.in.quiet = cfg.Handler, 1, isQuiet(cfg.Handler)
	if err = s.start(cfg.StartDown); err != nil {
		c.cancel()
		p.Close()
		return nil, err
	}
	if !s.in.quiet {
		s.wg.Add(1)
		go s.serve()
	}
	return s, nil
}

// start begins to take datagrams, or to refuse them.
func (s *PacketServer) start(down bool) error {
	s.outages.port, s.outages.refusal = s, s.reader.port.CanKeep()
	if err := s.checkOutages(s.compiled()); err != nil {
		return err
	}
	if err := s.reader.port.CanRefuse(); down && err != nil {
		return fmt.Errorf("%w: StartDown: %w", ErrConfig, err)
	}
	return s.outages.open(down)
}

// Addr is Address, by its short name: text, as net.Dial takes it.
func (s *PacketServer) Addr() string { return s.Address() }

// Close ends the server. It takes what has arrived into the record, and waits for
// every goroutine. The handler gets one second to return; then Close gives up on
// it, and its error names the datagram that it was at; of a PeerHandler, each conversation, with its step. The record names each datagram that
// the handler did not get, and each that the plan kept and that did not leave. A Transport
// whose ReadFrom goes on after its deadline and its Close is given up on after a second, and
// named.
//
// Close may be called more than once, and from several goroutines; each call waits
// for the end and returns the same error. The server's accessors work afterwards.
func (s *PacketServer) Close() error { return s.end(s.close) }

// Stop is Close, as each Wire has it.
func (s *PacketServer) Stop() error { return s.Close() }

func (s *PacketServer) close() error {
	defer s.reader.port.Close()
	late := s.endReading()
	joined := s.joined(closeGrace)
	s.in.nameUnread("closed: the handler did not get it")
	if late != nil {
		late = fmt.Errorf("fakeserver: %s: Close: %w", s.name, late)
	}
	if joined {
		return late
	}
	return errors.Join(late, s.stuck(late == nil))
}

// endReading takes no more datagrams. It gives life back before Close waits for the handler, which
// may wait for it: see Server.endAll.
func (s *PacketServer) endReading() error {
	s.outages.life.lock()
	defer s.outages.life.unlock()
	err := s.reader.stop("closed", "")
	s.cancel()
	return err
}
