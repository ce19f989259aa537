package scenarios

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// RefusesStrangers is the promise of a UDP client that takes replies from its
// server only. While it waits, replies come from a stranger: copies of the true one
// with a byte changed, and one without a change; the true one follows. They come
// from another port of the server's address, and in another exchange from the
// server's port at another address of the host, where it has one (127.0.0.2, on
// Linux). Of several servers, it is the one that answers first.
//
// A client whose socket is connected keeps it: its kernel drops what others send.
// Clients of protocols in which servers answer from a new port can't make it.
var RefusesStrangers = Promise[UDPClient]{
	variable: "RefusesStrangers",
	Name:     "refuses a reply from a stranger",
	Why: "A resolver took answers from any address, and that was all that cache poisoning needed: anything can send a datagram to a " +
		"port that is open. And a client that is done with one server may get that one's late answer under the port of the next.",
	Labels: []string{"udp"},
	check:  checkRefusesStrangers,
}

func checkRefusesStrangers(ctx context.Context, subject func() UDPClient) error {
	if err := rehearseDo(ctx, subject); err != nil {
		return err
	}
	for _, listen := range []socketFor{otherPort, otherAddress} {
		if err := meetStranger(ctx, subject, listen); err != nil {
			return err
		}
	}
	return nil
}

// meetStranger lets the subject work once while a stranger answers, too.
func meetStranger(ctx context.Context, subject func() UDPClient, listen socketFor) error {
	s := &stranger{returned: make(chan struct{})}
	c, err := tapReplies(subject, s.answerFirst)().client()
	if err != nil {
		return err
	}
	srv, err := c.listen(ctx, fault.Plan{})
	if err != nil {
		return err
	}
	defer s.close()
	there, err := s.listen(ctx, srv.all, listen)
	if err != nil || !there {
		return errors.Join(err, srv.Stop())
	}
	o := c.attempt(ctx, srv.Address())
	ended := time.Now()
	close(s.returned)
	what := fmt.Sprintf("with replies of a stranger at %v before its server's", s.addr())
	return srv.verdict(what, nil, s.judge(c, o, ended))
}

// A stranger answers the client in place of its server.
type stranger struct {
	returned chan struct{} // closed when Do has returned
	first    sync.Once     // reply

	mu       sync.Mutex       // guards those below
	conns    []net.PacketConn // one beside each server
	server   int              // the index of the one that answered first
	answered time.Time        // when it did; zero: not yet
}

// answerFirst sends copies of the first reply that there is, waits a moment for
// the client to take one, and lets the reply go.
func (s *stranger) answerFirst(r replyDatagram) (err error) {
	s.first.Do(func() { err = s.answer(r) })
	return errors.Join(err, r.send())
}

func (s *stranger) answer(r replyDatagram) error {
	s.mu.Lock()
	s.server = r.server
	conn := s.conns[s.server]
	s.mu.Unlock()
	for _, b := range forgeries(r.data) {
		if _, err := conn.WriteTo(b, net.UDPAddrFromAddrPort(r.to)); err != nil {
			return err
		}
	}
	select {
	case <-s.returned:
	case <-time.After(strangersMoment):
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answered = time.Now()
	return nil
}

// listen opens the stranger's sockets, and reports whether the host has addresses for
// them.
func (s *stranger) listen(ctx context.Context, servers []fake, listen socketFor) (there bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, srv := range servers {
		conn, err := listen(ctx, srv.AddrPort())
		if err != nil || conn == nil {
			return false, err
		}
		s.conns = append(s.conns, conn)
	}
	return true, nil
}

// addr returns the address of the socket with which it answered.
func (s *stranger) addr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns[s.server].LocalAddr()
}

func (s *stranger) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.conns {
		conn.Close()
	}
}

// strangersMoment is how long a client that takes the true reply's copy has to show
// it: then it returns before its server has answered. One that takes a changed copy
// needs no moment, because what comes first is read first.
const strangersMoment = 10 * time.Millisecond

// forgeries returns copies of b, each with one byte changed, and one without a
// change at the end. They are few if b is long: what a socket holds is bounded, and
// the true reply must fit in after them.
func forgeries(b []byte) [][]byte {
	var all [][]byte
	for _, i := range spread(len(b), min(16, 1+(16<<10)/max(1, len(b)))) {
		changed := bytes.Clone(b)
		changed[i] ^= 1
		all = append(all, changed)
	}
	return append(all, b)
}

// judge says what is wrong with an outcome that came at a time.
func (s *stranger) judge(c client, o outcome, ended time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.err == nil && (s.answered.IsZero() || ended.Before(s.answered)) {
		return o.but("and its server had not answered yet")
	}
	return wantAnswer(c, o)
}

// socketFor returns a stranger's socket.
type socketFor func(ctx context.Context, server netip.AddrPort) (net.PacketConn, error)

// otherPort returns a socket at the server's address.
func otherPort(ctx context.Context, server netip.AddrPort) (net.PacketConn, error) {
	return listenAt(ctx, netip.AddrPortFrom(server.Addr(), 0))
}

// otherAddress returns a socket at the server's port; nil, if the host has no other
// address for it. The next ones may be those of other servers.
func otherAddress(ctx context.Context, server netip.AddrPort) (net.PacketConn, error) {
	if !server.Addr().Is4() {
		return nil, nil
	}
	for addr, n := server.Addr().Next(), 1; ; addr, n = addr.Next(), n+1 {
		conn, err := listenAt(ctx, netip.AddrPortFrom(addr, server.Port()))
		switch {
		case err == nil:
			return conn, nil
		case n == maxHosts || !errors.Is(err, syscall.EADDRINUSE):
			return nil, nil
		}
	}
}
