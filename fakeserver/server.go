package fakeserver

import (
	"fmt"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/internal/port"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// A Server is a fake peer for stream connections. It owns one address for its
// whole life, answers each connection through its Handler, and records every
// byte. Start or Listen makes one.
type Server struct {
	conns
	port *port.Port[net.Listener]

	silent *socket.Silence // under the life of its outages; nil unless IgnoreDials
	late   error           // under that, too; names a listener whose Accept outlived its Close; else nil

	mu        sync.Mutex // guards what follows
	handler   Handler    // of connections to come
	ln        net.Listener
	accepting chan struct{} // closed when ln's accept loop has ended

	hung handlerStacks
}

// Listen starts a server without a test: the caller must call Close, and may call
// Verify. Its errors wrap ErrConfig, fault.ErrPlan, or package net's error for the
// address.
func Listen(cfg Config) (*Server, error) { return listen(cfg, origin{}) }

func listen(cfg Config, o origin) (*Server, error) {
	if cfg.Handler == nil {
		cfg.Handler = Discard{}
	}
	if err := checkHandler(cfg.Handler); err != nil {
		return nil, err
	}
	if cfg.Name == "" {
		cfg.Name = "server"
	}
	e := cfg.endpoint()
	if err := e.takePlan(cfg.Handler); err != nil {
		return nil, err
	}
	s := &Server{handler: cfg.Handler}
	if err := s.begin(&e, o); err != nil {
		return nil, err
	}
	p, err := port.Listen(e.spec())
	if err != nil {
		return nil, err
	}
	s.port = p
	s.settle(&e, p.Addr())
	s.gates.ofHandler(cfg.Handler)
	if err = s.start(cfg.StartDown); err != nil {
		s.cancel()
		p.Close()
		return nil, err
	}
	return s, nil
}

// start begins to take connections, or to refuse them.
func (s *Server) start(down bool) error {
	s.outages.port, s.outages.refusal, s.outages.noSilence = s, s.port.CanKeep(), s.port.CanBeSilent()
	if err := s.checkOutages(s.compiled()); err != nil {
		return err
	}
	if err := s.port.CanRefuse(); down && err != nil {
		return fmt.Errorf("%w: StartDown: %w", ErrConfig, err)
	}
	return s.outages.open(down)
}

// Addr is Address, by its short name: text, as net.Dial takes it.
func (s *Server) Addr() string { return s.Address() }

// serve runs the handler for c, and ends c according to its outcome.
func (s *Server) serve(c *Conn) {
	defer s.wg.Done()
	err := errGoexit
	defer func() {
		if p := recover(); p != nil {
			err = newPanicError(p)
		}
		c.finish(err)
		s.forget(c)
	}()
	if c.accept(s.program().Accept(c.n)) {
		c.begin()
		err = c.handler.ServeConn(s.ctx, c)
	} else {
		err = nil
	}
}
