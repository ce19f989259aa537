package growth

import (
	"errors"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// closingEcho is the baseline: an echo with package net that closes its clients' connections, as a server in a test has to.
type closingEcho struct {
	ln net.Listener
	wg sync.WaitGroup

	mu    sync.Mutex // guards conns
	conns map[net.Conn]bool
}

func newClosingEcho() (benchwork.Target, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &closingEcho{ln: ln, conns: map[net.Conn]bool{}}
	s.wg.Go(s.accept)
	return s, nil
}

// Addr returns the address to dial.
func (s *closingEcho) Addr() string { return s.ln.Addr().String() }

// Close ends all, and waits for it.
func (s *closingEcho) Close() error {
	err := s.ln.Close()
	s.mu.Lock()
	for c := range s.conns {
		err = errors.Join(err, c.Close())
	}
	s.mu.Unlock()
	s.wg.Wait()
	return err
}

func (s *closingEcho) accept() {
	for {
		c, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = true
		s.mu.Unlock()
		s.wg.Go(func() { s.serve(c) })
	}
}

func (s *closingEcho) serve(c net.Conn) {
	p := make([]byte, 4<<10)
	for {
		n, err := c.Read(p)
		if err == nil {
			_, err = c.Write(p[:n])
		}
		if err != nil {
			break
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns[c] {
		delete(s.conns, c)
		c.Close()
	}
}
