package fakeserver

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Server is a fake peer for stream connections. It owns one address for its
// whole life, answers each connection through its Handler, and records every
// byte. Start or Listen makes one.
type Server struct {
	*conns
	handler Handler

	life   lock     // held by Down, Up, IgnoreDials and Close, which follow one another
	silent *silence // under life; nil unless IgnoreDials
	late   error    // under life; of a listener whose Accept went on after its Close; else nil

	mu        sync.Mutex // guards what follows
	ln        net.Listener
	accepting chan struct{} // closed when ln's accept loop has ended

	closed   atomic.Bool // Close has been called
	closeErr error       // its result; read after done is closed
	hung     handlerStacks
}

// Listen starts a server without a test: whoever calls it must call Close, and
// may call Verify. Its errors wrap ErrConfig, fault.ErrPlan, or what package net
// says of the address.
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
	c, err := newCore(cfg.place(), cfg.RecordLimit, o)
	if err != nil {
		return nil, err
	}
	s := &Server{conns: newConns(c), handler: cfg.Handler, life: newLock()}
	if cfg.StartDown {
		err = s.startDown()
	} else {
		err = s.open()
	}
	if err != nil {
		c.cancel()
		c.port.close()
		return nil, err
	}
	return s, nil
}

// open listens and starts the accept loop.
func (s *Server) open() error {
	ln, err := s.port.listen()
	if err != nil {
		return err
	}
	s.resumeAccepting(ln)
	return nil
}

// accept takes connections from ln until it is closed.
func (s *Server) accept(ln net.Listener, ended chan<- struct{}) {
	defer s.wg.Done()
	defer close(ended)
	for {
		raw, err := ln.Accept()
		if err == nil && s.isClosing() { // Close has given up on this Accept
			socket.Reset(raw)
			return
		}
		if err == nil {
			s.take(raw)
			continue
		}
		if errors.Is(err, net.ErrClosed) || s.listener() != ln {
			return
		}
		s.rec.Add(transcript.Event{Kind: transcript.Error, Text: err.Error()})
		var passing interface{ Temporary() bool } // out of descriptors, or a client that left
		if !errors.As(err, &passing) || !passing.Temporary() {
			s.fail(fmt.Errorf("fakeserver: %s: accept: %w", s.name, err))
			return
		}
		s.pause(10 * time.Millisecond)
	}
}

// take gives raw its number and a goroutine.
func (s *Server) take(raw net.Conn) {
	c := s.admit(raw, nil)
	s.wg.Add(1)
	go s.serve(c)
}

// serve runs the handler for c, and ends c as its outcome says.
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
	if c.accept() {
		c.begin()
		err = s.handler.ServeConn(s.ctx, c)
	} else {
		err = nil
	}
}

func addrString(a net.Addr) string {
	if a == nil {
		return ""
	}
	return a.String()
}
