package benchwork

import (
	"net"
	"sync"
)

// A rawServer is the baseline of a TCP server: a goroutine that accepts, and one
// for each connection.
type rawServer struct {
	ln    net.Listener
	serve func(net.Conn)
	wg    sync.WaitGroup
}

// NewRawServer serves each connection with serve, and closes it when serve returns.
func NewRawServer(serve func(net.Conn)) (Target, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &rawServer{ln: ln, serve: serve}
	s.wg.Add(1)
	go s.accept()
	return s, nil
}

func (s *rawServer) accept() {
	defer s.wg.Done()
	for {
		c, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.wg.Add(1)
		go s.handle(c)
	}
}

func (s *rawServer) handle(c net.Conn) {
	defer s.wg.Done()
	defer c.Close()
	s.serve(c)
}

// Addr returns the address to dial.
func (s *rawServer) Addr() string { return s.ln.Addr().String() }

// Close waits for all goroutines: the clients must have closed.
func (s *rawServer) Close() error {
	err := s.ln.Close()
	s.wg.Wait()
	return err
}
