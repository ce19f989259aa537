package fakeserver

import (
	"errors"
	"net"
	"net/netip"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// seenAt is what was found at an address.
type seenAt struct {
	ap   netip.AddrPort
	seen sighting
}

// look finds out which socket has an address.
func (k *packetSocket) look(ap netip.AddrPort) sighting {
	s := sighting{at: k.rounds.Load()}
	if k.owners == nil || !ap.IsValid() {
		return s
	}
	cookie, err := k.owners.Cookie(ap)
	switch {
	case err == nil:
		s.owner = owner(cookie)
	case errors.Is(err, kernel.ErrPeerGone):
		s.owner = gone
	}
	return s
}

// looker returns look, or nil where nothing can be told.
func (k *packetSocket) looker() func(netip.AddrPort) sighting {
	if k.owners == nil {
		return nil
	}
	return k.look
}

// lookOnce is look for a datagram that was sent when at least some rounds had ended. It asks
// once for all that a batch has of an address: if the socket that was there at the one
// before is there after the last one, it has sent them all.
func (k *packetSocket) lookOnce(ap netip.AddrPort, sent int64) sighting {
	for i := range k.seen {
		if k.seen[i].ap == ap {
			return k.seen[i].seen
		}
	}
	s := k.look(ap)
	s.sent, s.heard = sent, true
	k.seen = append(k.seen, seenAt{ap, s})
	return s
}

// deliver hands what read gives to f.
func (k *packetSocket) deliver(f func(arrival), read func() ([]kernel.Message, error)) (int, error) {
	sent := k.rounds.Load()
	messages, err := read()
	if len(messages) < batchSize {
		k.rounds.Add(1) // there were no more
	}
	k.seen = k.seen[:0]
	look := k.looker()
	for i := range messages {
		m := &messages[i]
		f(arrival{data: m.Data, ap: m.From, seen: k.lookOnce(m.From, sent), look: look})
	}
	return len(messages), err
}

// A socketReader is a net.PacketConn that tells for each datagram which socket sent it, by
// a number that no other has that ever had its address.
type socketReader interface {
	ReadFromSocket(p []byte) (n int, from net.Addr, socket uint64, err error)
}

// receiveOne waits for a datagram and hands it to f.
func (k *packetSocket) receiveOne(f func(arrival)) (int, error) {
	if r, ok := k.pc.(socketReader); ok {
		n, addr, socket, err := r.ReadFromSocket(k.buf)
		if err != nil {
			return 0, err
		}
		f(arrival{data: k.buf[:n], ap: addrPortOf(addr), addr: addr, seen: sighting{owner: owner(socket), heard: true}})
		return 1, nil
	}
	sent := k.rounds.Load()
	n, addr, err := k.pc.ReadFrom(k.buf)
	if err != nil {
		return 0, err
	}
	if k.owners != nil {
		if n, err := k.waiting(); err == nil && n == 0 {
			k.rounds.Add(1)
		}
	}
	ap := addrPortOf(addr)
	s := k.look(ap)
	s.sent, s.heard = sent, true
	f(arrival{data: k.buf[:n], ap: ap, addr: addr, seen: s, look: k.looker()})
	return 1, nil
}
