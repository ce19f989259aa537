package scenarios

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// stream returns the server of a TCP client's trial, with what only such servers do.
func (p peer) stream() *fakeserver.Server { return p.server.(*fakeserver.Server) }

// do lets the client do its whole exchange.
func (d *dialogue) do() outcome { return d.client.attempt(d.ctx, d.srv.Addr()) }

// errLate is what await returns when it waited long enough.
var errLate = errors.New("it never came to that")

// await waits until cond holds for the record: as long as the client has for one
// exchange, and some slack, or until ctx is done.
func (d *dialogue) await(ctx context.Context, cond func(transcript.Transcript) bool) error {
	limited, cancel := context.WithTimeout(ctx, d.client.within+slackOf(d.ctx))
	defer cancel()
	if d.srv.Wait(limited, cond) == nil {
		return nil
	}
	if d.ctx.Err() != nil {
		return fmt.Errorf("%w: interrupted: %w", ErrInconclusive, context.Cause(d.ctx))
	}
	return errLate
}

// while lets the client do something, and meanwhile f, whose context is done when the
// client is done.
func (d *dialogue) while(something func() outcome, f func(ctx context.Context) error) (outcome, error) {
	ctx, cancel := context.WithCancel(d.ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	o := something()
	cancel()
	return o, <-done
}

// wantAnswer wants o to be an exchange with the given answer.
func (o outcome) wantAnswer(answer string) error {
	if o.err == nil && o.answer == answer {
		return nil
	}
	return o.but("want %s, <nil>", quote(answer))
}

// wantError wants o to be an exchange that failed, in time.
func (o outcome) wantError(why string) error {
	if o.err != nil && !isMisconduct(o.err) {
		return nil
	}
	return o.but("want an error: %s", why)
}

// but returns an error that says what o was, and what was wanted.
func (o outcome) but(format string, args ...any) error {
	if errors.Is(o.err, ErrInconclusive) { // it was interrupted
		return o.err
	}
	text := fmt.Sprintf("%v, %s", o, fmt.Sprintf(format, args...))
	if isMisconduct(o.err) {
		return &misconduct{text}
	}
	return errors.New(text)
}

// A reply is where an answer lies in what the server sends on a connection.
type reply struct{ from, to int64 }

func (r reply) size() int64   { return r.to - r.from }
func (r reply) middle() int64 { return r.from + r.size()/2 }

// lastReply returns where the answer to the client's last request lies, on the
// connection with the most of them: behind what the server had sent when that
// request came, such as a greeting.
func lastReply(healthy transcript.Transcript) (reply, error) {
	var r reply
	var before int64 // what the server had sent when the client last sent something
	for e := range longest(healthy).All() {
		switch {
		case e.Direction == transcript.FromClient && e.Kind == transcript.Data:
			before = r.to
		case e.Direction == transcript.ToClient && e.Size() > 0:
			r.from, r.to = before, r.to+e.Size()
		}
	}
	if r.size() == 0 {
		return r, fmt.Errorf("%w: %w", ErrInconclusive, errNoReply)
	}
	return r, nil
}

// rules makes a plan of rules.
func rules(all ...fault.Rule) fault.Plan { return fault.Plan{Rules: all} }

// actedOn returns the connections, or of n alone, on which a rule acted.
func actedOn(t transcript.Transcript, n int) []int {
	var conns []int
	for _, e := range t.Faults() {
		if (n == 0 || e.Conn == n) && !slices.Contains(conns, e.Conn) {
			conns = append(conns, e.Conn)
		}
	}
	return conns
}

// sentBy returns how many bytes clients have sent in t.
func sentBy(t transcript.Transcript) int64 {
	var sum int64
	for e := range t.All() {
		if e.Direction == transcript.FromClient && (e.Kind == transcript.Data || e.Kind == transcript.Discarded) {
			sum += e.Size()
		}
	}
	return sum
}

// addrs are the addresses of clients.
type addrs map[netip.AddrPort]bool

// clientAddrs returns the addresses that the connections of t came from.
func clientAddrs(t transcript.Transcript) addrs {
	all := addrs{}
	for e := range t.Kind(transcript.Accept).All() {
		if ap, err := netip.ParseAddrPort(e.Peer); err == nil {
			all[netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())] = true
		}
	}
	return all
}

// port reports whether one of the addresses has the port.
func (all addrs) port(port uint16) bool {
	for ap := range all {
		if ap.Port() == port {
			return true
		}
	}
	return false
}
