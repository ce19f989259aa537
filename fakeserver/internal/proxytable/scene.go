package proxytable

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// A Proxy puts something between a client and upstream, for one row: address is what the client dials, on the same wire. stop
// ends it; nil if there is nothing to end.
type Proxy func(upstream string) (address string, stop func(), err error)

// Nothing is the proxy that is none.
func Nothing(upstream string) (address string, stop func(), err error) { return upstream, nil, nil }

// A scene is one run of a row. What fails first in it is what the row says; every step after that does nothing.
type scene struct {
	Wire
	ctx      context.Context
	proxy    Proxy
	address  string
	accepted chan net.Conn
	over     chan struct{}
	closing  []func() // in reverse order

	mu        sync.Mutex // guards what follows
	failure   error
	unwritten error // what a Write in together failed with: the reader's failure, if it has one, tells more
	abreast   bool  // together runs
}

func newScene(w Wire, proxy Proxy) *scene {
	return &scene{Wire: w.withDefaults(), ctx: context.Background(), proxy: proxy, accepted: make(chan net.Conn), over: make(chan struct{})}
}

// failed reports whether there is nothing left to see.
func (s *scene) failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure != nil
}

func (s *scene) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure == nil {
		s.failure = err
	}
}

func (s *scene) saw(detail, format string, args ...any) {
	s.fail(&Failure{Saw: fmt.Sprintf(format, args...), Detail: detail})
}

// close ends everything of the scene, and returns what failed.
func (s *scene) close() error {
	close(s.over)
	for i := len(s.closing) - 1; i >= 0; i-- {
		s.closing[i]()
	}
	return s.failure
}

// begin starts the server, and the proxy before it.
func (s *scene) begin() {
	ln, err := s.Listen(s.ctx)
	if err != nil {
		s.fail(fmt.Errorf("%w: %w", ErrSetup, err))
		return
	}
	accepting := make(chan struct{})
	go s.acceptAll(ln, accepting)
	s.closing = append(s.closing, func() { ln.Close(); <-accepting })
	s.beginProxy(ln.Addr().String())
}

func (s *scene) beginProxy(upstream string) {
	address, stop, err := s.proxy(upstream)
	if err != nil {
		s.fail(fmt.Errorf("%w: %w", ErrSetup, err))
		return
	}
	s.address = address
	if stop != nil {
		s.closing = append(s.closing, stop)
	}
}

// acceptAll hands on what the server accepts, until the scene is over.
func (s *scene) acceptAll(ln net.Listener, done chan struct{}) {
	defer close(done)
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		select {
		case s.accepted <- conn:
		case <-s.over:
			conn.Close()
		}
	}
}

// dial is the client's end of a new connection.
func (s *scene) dial() *end {
	client := s.end("client")
	if s.failed() {
		return client
	}
	ctx, cancel := s.patient()
	defer cancel()
	conn, err := s.Dial(ctx, s.address)
	if err != nil {
		s.saw("", "the client's dial gives %s", outcome(err))
		return client
	}
	return client.has(conn)
}

// accept is the server's end of the next connection.
func (s *scene) accept() *end {
	server := s.end("server")
	if s.failed() {
		return server
	}
	select {
	case conn := <-s.accepted:
		return server.has(conn)
	case <-time.After(s.Patience):
		s.saw("", "the server gets no connection")
		return server
	}
}

// open is a new connection: both of its ends, as a row's roles have them.
func (s *scene) open(actor string) (acts, other *end) {
	client := s.dial()
	server := s.accept()
	if actor == "client" {
		return client, server
	}
	return server, client
}

func (s *scene) patient() (context.Context, context.CancelFunc) {
	return context.WithTimeout(s.ctx, s.Patience)
}

func (s *scene) end(name string) *end { return &end{s: s, name: name} }

// failWrite is fail for who can't write. If others are about to say what they read, they may do so first.
func (s *scene) failWrite(err error) {
	s.mu.Lock()
	abreast := s.abreast
	if abreast && s.unwritten == nil {
		s.unwritten = err
	}
	s.mu.Unlock()
	if !abreast {
		s.fail(err)
	}
}

// together does all at once, and waits for all.
func (s *scene) together(do ...func()) {
	s.setAbreast(true)
	var all sync.WaitGroup
	for _, f := range do {
		all.Go(f)
	}
	all.Wait()
	s.setAbreast(false)
	if err := s.unwritten; err != nil {
		s.fail(err)
	}
}

func (s *scene) setAbreast(abreast bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.abreast = abreast
}

// idle lets time pass in which nothing happens.
func (s *scene) idle() {
	if !s.failed() {
		<-time.After(s.Idle)
	}
}

// until waits for an event of which nobody tells. It asks again and again, and says what did not happen.
func (s *scene) until(what string, happened func() (bool, error)) {
	if s.failed() {
		return
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for over := time.After(s.Patience); ; {
		yes, err := happened()
		if err != nil && !errors.Is(err, net.ErrClosed) {
			s.fail(fmt.Errorf("%w: %s: %w", ErrSetup, what, err))
			return
		}
		if yes {
			return
		}
		select {
		case <-tick.C:
		case <-over:
			s.saw("", "it does not happen that %s", what)
			return
		}
	}
}
