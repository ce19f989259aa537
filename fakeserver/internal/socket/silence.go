package socket

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// A Silence keeps a listener from answering dials: its backlog is full. On the kernel's network clients of our own fill it.
type Silence struct {
	ln      net.Listener
	at      netip.AddrPort // where fillers dial
	fillers []*kernel.Filler
}

// CanBeSilent returns why dials to ln can't be left without an answer. The error wraps errors.ErrUnsupported.
func CanBeSilent(ln net.Listener) error {
	if _, ok := ln.(*net.TCPListener); ok {
		return kernel.CanSetBacklog()
	}
	_, hasDeadline := ln.(interface{ SetDeadline(time.Time) error })
	_, hasBacklog := ln.(interface{ Backlog() (int, error) })
	_, setsBacklog := ln.(interface{ SetBacklog(int) error })
	if hasDeadline && hasBacklog && setsBacklog {
		return nil
	}
	return fmt.Errorf("leaving dials without an answer: %w by a %T: what can is a *net.TCPListener on Linux, or one with SetDeadline, Backlog and SetBacklog", errors.ErrUnsupported, ln)
}

// BeSilent leaves dials to ln, which can be reached on this host at an address, without an answer from now on. What has
// connected by then, take gets; nothing else accepts from ln meanwhile. If it fails, ln answers again.
func BeSilent(ln net.Listener, at netip.AddrPort, take func(net.Conn)) (*Silence, error) {
	s := &Silence{ln: ln, at: at}
	room, err := SetBacklog(ln, 0)
	if err != nil {
		return nil, err
	}
	s.drain(take)
	if room > 0 {
		err = s.fill(take)
	}
	if err != nil {
		return nil, errors.Join(err, s.End(func() {}, take))
	}
	return s, nil
}

// How long a filler may take to connect: at first, and at last. Others may take the room before it, and then its dial has
// no answer, either.
const (
	firstPatience = 5 * time.Millisecond
	lastPatience  = time.Second
)

// fill takes the room that is left in the backlog. Clients that have taken it before are accepted.
func (s *Silence) fill(take func(net.Conn)) error {
	for patience := firstPatience; patience <= lastPatience; patience *= 2 {
		f, err := kernel.NewFiller(s.at)
		if err != nil {
			return err
		}
		s.fillers = append(s.fillers, f)
		if ok, err := f.Connected(patience); ok || err != nil {
			return err
		}
		s.drain(take)
	}
	return errors.New("clients have filled the backlog all the time")
}

// maxDrained is more than a backlog holds. A client that goes on dialing does not hold anything up.
const maxDrained = 1 << 16

// drain hands to take what waits in the backlog, but for fillers.
func (s *Silence) drain(take func(net.Conn)) {
	for range maxDrained {
		if !HasBacklog(s.ln) {
			return
		}
		raw, err := s.ln.Accept()
		if err != nil {
			return
		}
		if s.isFiller(raw.RemoteAddr()) {
			raw.Close()
		} else {
			take(raw)
		}
	}
}

func (s *Silence) isFiller(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return false
	}
	ap := tcp.AddrPort()
	ap = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	return slices.ContainsFunc(s.fillers, func(f *kernel.Filler) bool { return f.Addr() == ap })
}

// Listener returns the listener.
func (s *Silence) Listener() net.Listener { return s.ln }

// End lets the listener answer again, and then calls answers. What has connected before, take gets.
func (s *Silence) End(answers func(), take func(net.Conn)) error {
	_, err := SetBacklog(s.ln, -1)
	answers()
	s.Close() // before they are accepted: what has not connected yet, won't
	s.drain(take)
	return err
}

// Close ends the fillers, for a listener that is closed.
func (s *Silence) Close() {
	for _, f := range s.fillers {
		f.Close()
	}
}
