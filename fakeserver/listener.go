package fakeserver

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/internal/port"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Listener puts the wire in front of a real server: http.Serve, a gRPC server,
// tls.NewListener above it. It is a net.Listener whose connections are each a
// *Conn: recorded, numbered, and faulted by the plan, exactly as a Server's are.
//
// There is no handler. A connection is its owner's, and ends when the owner closes
// it: in order, as Conn.Close says. What a rule ended is the owner's to close, too.
// OnAccept rules come before Accept: a connection that they end is not handed out,
// and one that they stall does not hold up the next. With the rule fault.FailAccept an
// Accept fails as when the process is out of descriptors, and a later one hands the
// connection out.
//
// Down, Up, IgnoreDials and Restart are as a Server's: the real server's port refuses
// connections, and is served again, without the real server noticing. So are the rules
// fault.Down, fault.IgnoreDials and fault.Restart, and fault.AtStart: a Listener starts when it is made.
//
// Close stops accepting and leaves connections alone, as package net does. Stop
// ends everything.
type Listener struct {
	conns
	ln     net.Listener             // as it was wrapped
	silent *socket.Silence          // under the life of its outages; nil unless IgnoreDials
	port   *port.Port[net.Listener] // of ln; nil if ln can't be closed and opened again

	ready    chan *Conn    // to be handed out
	failures chan failure  // to be returned by an Accept
	gone     chan struct{} // closed once ln is found closed, and not by Close

	accepts lock // held while a connection is taken from below and gets its number
	turn    lock // held while one is handed out, and while Accepts fail before that

	mu     sync.Mutex    // guards what follows
	from   net.Listener  // that connections are taken from: ln, or what was opened after it; nil while down
	pumped chan struct{} // closed when no more connections are taken from the latest of these
	gaveUp error         // the error of a Close that gave up waiting for an Accept below to return; else nil

	closed once
}

// WrapListener returns a Listener above ln, which becomes its own: Close closes
// it. It takes connections from ln at once, one ahead of Accept.
//
// Of cfg it takes Faults, RecordLimit, RecordTo, PreciseDelays, Redact and Name. The rest is ln's, or its server's,
// business: if it is set, the error wraps ErrConfig, as it does if ln is the kernel's and
// this is a testing/synctest bubble. A bad plan's wraps
// fault.ErrPlan. ln stays the caller's then. The caller of WrapListener must see
// to it that Stop is called, or that the Listener and all connections are closed;
// StartListener does so at its test's end.
func WrapListener(ln net.Listener, cfg Config) (*Listener, error) {
	return wrapListener(ln, cfg, origin{})
}

func wrapListener(ln net.Listener, cfg Config, o origin) (*Listener, error) {
	if err := cmp.Or(cfg.checkWrap(ln == nil), checkBubble(ln)); err != nil {
		return nil, err
	}
	if cfg.Name == "" {
		cfg.Name = "listener"
	}
	e := cfg.endpoint()
	e.network = ln.Addr().Network()
	p, cant := port.Adopt(ln)
	if cant == nil {
		cant = p.CanKeep()
	}
	l := &Listener{
		ln: ln, port: p,
		ready: make(chan *Conn), failures: make(chan failure),
		gone: make(chan struct{}),
		from: ln, pumped: closedChan(), // as if a pump had ended
	}
	if err := l.compile(&e, o); err != nil {
		return nil, err
	}
	l.below, l.shut = ln, make(chan struct{})
	l.outages.port, l.outages.refusal, l.outages.noSilence = l, cant, socket.CanBeSilent(ln)
	if err := l.checkOutages(l.compiled()); err != nil {
		return nil, err
	}
	l.settle(&e, ln.Addr())
	if err := l.outages.open(false); err != nil {
		l.cancel()
		return nil, fmt.Errorf("fakeserver: %s: %w", l.name, err)
	}
	return l, nil
}

// checkWrap refuses what makes no sense for a listener that exists already.
func (cfg *Config) checkWrap(none bool) error {
	return checkWrap("net.Listener", none, map[string]bool{
		"Network": cfg.Network != "", "Addr": cfg.Addr != "", "Transport": cfg.Transport != nil,
		"Handler": cfg.Handler != nil, "ReceiveBuffer": cfg.ReceiveBuffer != 0, "StartDown": cfg.StartDown,
	})
}

func checkWrap(what string, none bool, set map[string]bool) error {
	if none {
		return fmt.Errorf("%w: the %s is nil", ErrConfig, what)
	}
	var errs []error
	for _, field := range []string{"Network", "Addr", "Transport", "Handler", "ReceiveBuffer", "StartDown"} {
		if set[field] {
			errs = append(errs, fmt.Errorf("%w: %s is set, and is not for a %s that exists already", ErrConfig, field, what))
		}
	}
	return errors.Join(errs...)
}

// Accept waits for the next connection and returns it, a *Conn, or the error of the listener
// below, or that of a rule, which wraps fault.ErrInjected. After Close its error wraps
// net.ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	for !isClosedChan(l.shut) {
		select {
		case c := <-l.ready:
			return c, nil
		case f := <-l.failures:
			if err := <-f; err != nil {
				return nil, err
			}
		case <-l.gone:
			return nil, l.opError("accept")
		case <-l.shut:
		}
	}
	return nil, l.opError("accept")
}

// Addr returns the address of the listener below, as a net.Listener does. Address is what to
// hand to a client.
func (l *Listener) Addr() net.Addr { return l.ln.Addr() }

// Close stops accepting. Connections that were handed out stay open; those that were
// not accepted are reset, as by the kernel. A second call returns net.ErrClosed. If the
// Accept of the listener below does not return within a second, the error says so.
func (l *Listener) Close() error {
	err := l.opError("close")
	l.closed.do(func() { err = l.close() })
	return err
}

func (l *Listener) close() error {
	close(l.shut)
	l.outages.life.lock()
	defer l.outages.life.unlock()
	below, pumped := l.current()
	if l.silent != nil {
		below = l.silent.Listener()
		l.silent.Close()
		l.silent = nil
	}
	var err error
	if below != nil {
		err = ignoreClosed(below.Close()) // its owner may have closed it
	}
	if l.port != nil {
		defer l.port.Close()
	}
	if late := awaitAccept(pumped, l.ln); late != nil {
		late = fmt.Errorf("fakeserver: %s: Close: %w", l.name, late)
		err = errors.Join(err, late)
		l.mu.Lock()
		l.gaveUp = late
		l.mu.Unlock()
	}
	l.rec.Add(transcript.Event{Kind: transcript.Refused, Text: "closed: refusing connections"})
	return err
}

// Stop ends everything: it closes the listener and all connections, so that their
// owners' Reads and Writes fail with net.ErrClosed, and waits for every goroutine
// of its own. It gives connections one second; then it gives up on them, and its
// error names each, and the listener below, if its Accept goes on after its Close. Bytes that
// it cut off are named in the record.
//
// Stop may be called more than once, and from several goroutines; each call waits
// for the end and returns the same error. The accessors work afterwards.
func (l *Listener) Stop() error { return l.end(l.stop) }

func (l *Listener) stop() error {
	err := ignoreClosed(l.Close())
	if err == nil {
		err = l.late() // of an earlier Close
	}
	l.cancel()
	for _, c := range l.openConns() {
		c.endNow()
	}
	if l.joined(closeGrace) {
		return err
	}
	errs := []error{err}
	for _, c := range l.openConns() {
		errs = append(errs, fmt.Errorf("fakeserver: %s: Stop: conn %d did not end within %v", l.name, c.n, closeGrace))
		c.closeSocket()
	}
	l.joined(closeGrace / 10)
	return errors.Join(errs...)
}

// late returns the error of a Close that gave up, if that is still so.
func (l *Listener) late() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if isClosedChan(l.pumped) {
		return nil
	}
	return l.gaveUp
}

// opError is the error of an operation on a closed Listener, as package net gives it.
func (l *Listener) opError(op string) error {
	return &net.OpError{Op: op, Net: l.ln.Addr().Network(), Addr: l.ln.Addr(), Err: net.ErrClosed}
}
