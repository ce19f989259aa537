package explore

import (
	"context"
	"net"
)

// A Wire is what a body has of a trial: the way to its server, and its steps. It belongs to the
// goroutine that runs the body.
type Wire struct {
	caller int // whose steps they are
	runs   int // the caller whose goroutine runs them
	trial  *trial
	counts map[string]int // of steps, by name
}

// Addr returns the server's address, such as "127.0.0.1:4242". To dial it takes a socket: a body
// that uses it is explored on sockets.
func (w *Wire) Addr() string {
	w.trial.usesAddr.Store(true)
	return w.trial.server.Address()
}

// DialContext connects to the server, on whatever network the trial has, and whatever the address:
// what a client takes as its dialer. A body that dials by it alone, and waits for nothing but
// channels, conditions and timers of its own, is explored in memory.
func (w *Wire) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if w.trial.isOver() {
		// What dials on when nobody looks any more is held, so that it takes nothing from the trials that follow.
		<-ctx.Done()
		return nil, ctx.Err()
	}
	w.trial.dialing.add()
	defer w.trial.dialing.ended()
	conn, err := w.trial.server.DialContext(ctx, network, address)
	if err == nil {
		w.trial.opened(conn)
	}
	return conn, err
}

// ListenPacket opens a socket that is not connected, as [net.ListenConfig.ListenPacket] does, on
// the network that the trial has. Its datagrams go to ServerAddr.
func (w *Wire) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	w.trial.dialing.add()
	defer w.trial.dialing.ended()
	var l interface {
		ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)
	} = new(net.ListenConfig)
	if m := w.trial.memory; m != nil {
		l = m
	}
	conn, err := l.ListenPacket(ctx, network, address)
	if err == nil {
		w.trial.opened(conn)
	}
	return conn, err
}

// ServerAddr returns the server's address for sockets that ListenPacket has opened.
func (w *Wire) ServerAddr() net.Addr {
	return net.UDPAddrFromAddrPort(w.trial.server.AddrPort())
}

// Share returns what open makes for the whole trial: the first of Config.Callers that asks calls it,
// and all get its value, or its error. So callers share one client. close is called when the body has
// returned for all, unless there was an error; it may be nil.
func (w *Wire) Share(open func() (any, error), close func()) (any, error) {
	return w.trial.share(w, func(*Wire) (any, error) { return open() }, func(*Wire) {
		if close != nil {
			close()
		}
	})
}

// Caller returns which of Config.Callers runs the body, from 1.
func (w *Wire) Caller() int { return w.caller }

// Do runs a step, and returns its answer and its error: both count, also if the body ignores them.
// A step is known by its name and by its ordinal among those of that name. ctx ends with the step's
// bound. An answer is compared with that of the same step on the healthy wire: a string or bytes as
// they are, and what else as JSON, if it has any, and as fmt prints it otherwise.
//
// A step that panics, or does not return in time, ends the trial.
func (w *Wire) Do(name string, f func(ctx context.Context) (any, error)) (any, error) {
	w.counts[name]++
	return w.trial.do(w, name, f)
}
