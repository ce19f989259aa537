package fakeserver

import (
	"errors"
	"net/netip"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// A seenAt is what was found at an address.
type seenAt struct {
	ap     netip.AddrPort
	looked int64         // after which read
	last   time.Duration // when the last datagram that it is known of arrived
	sighting
}

// tooSoon is less time than it takes to close a socket, to open another one at the same
// address and to send from it: of 20,000 times that took 13.7 µs at the least in Go. So what
// arrives so soon after another was sent by the same socket, and one that sends as fast as it
// can is not looked for again and again. In bare system calls it takes 8 µs; but a client that
// closes its socket so soon after sending is gone before the server can look.
const tooSoon = 10 * time.Microsecond

// isBarelyBefore reports whether so little time lay before a datagram that the last one's socket
// must have sent it.
func (s *seenAt) isBarelyBefore(arrived time.Duration) bool {
	gap := arrived - s.last
	return s.owner.isSocket() && s.last > 0 && gap >= 0 && gap < tooSoon
}

// look finds out which socket has an address.
func (k *packetSocket) look(ap netip.AddrPort) sighting {
	if k.owners == nil || !ap.IsValid() {
		return sighting{}
	}
	switch cookie, err := k.owners.Cookie(ap); {
	case err == nil:
		return sighting{owner: owner(cookie)}
	case errors.Is(err, kernel.ErrPeerGone):
		s := sighting{owner: gone, at: k.rounds.Load()}
		k.endRound() // what comes from now on was sent later
		return s
	}
	return sighting{}
}

// endRound ends a round if nothing waits to be read. Else it is to be tried again after the
// next read.
func (k *packetSocket) endRound() {
	n, err := socket.Waiting(k.pc)
	k.overdue.Store(err == nil && n > 0)
	if err == nil && n == 0 {
		k.rounds.Add(1)
	}
}

// endOverdue ends a round that could not be ended before.
func (k *packetSocket) endOverdue() {
	if k.overdue.Load() {
		k.endRound()
	}
}

// lookOnce is look for datagrams of one address, in the order in which they arrived, and returns for how many of them, at least
// the first, it is good. It asks once for all that one read gives of an address: if the socket that was there at the one before
// is there after the last one, it has sent them all.
func (k *packetSocket) lookOnce(run []kernel.Message) (seen sighting, n int) {
	if k.owners == nil {
		return sighting{heard: true}, len(run)
	}
	ap := run[0].From
	for i := range k.seen {
		// The newest first.
		s := &k.seen[(k.nextSeen+len(k.seen)-i)%len(k.seen)]
		if s.ap != ap {
			continue
		}
		if n = s.covers(run, k.reads); n > 0 {
			s.last = run[n-1].Arrived
			return s.sighting, n
		}
	}
	k.nextSeen = (k.nextSeen + 1) % len(k.seen)
	s := &k.seen[k.nextSeen]
	*s = seenAt{ap, k.reads, run[len(run)-1].Arrived, k.look(ap)}
	s.heard = true
	return s.sighting, len(run)
}

// covers returns how many of the datagrams that a read has given the socket must have sent.
func (s *seenAt) covers(run []kernel.Message, read int64) (n int) {
	if s.looked == read {
		return len(run)
	}
	for last := *s; n < len(run) && last.isBarelyBefore(run[n].Arrived); n++ {
		last.last = run[n].Arrived
	}
	return n
}

// deliver hands what read gives to in. It has it read into the memory of the record, for datagrams
// as large as those before: then they are there already.
func (k *packetSocket) deliver(in *packetsIn, read func(p []byte, size int) ([]kernel.Message, error)) (int, error) {
	sent := k.rounds.Load()
	need := 0
	if k.more {
		need = k.size
	}
	messages, err := read(in.lane.Free(need), k.size)
	k.endOverdue()
	k.reads++
	if len(messages) > 0 {
		k.size, k.more = 0, len(messages) == batchSize
	}
	for rest := messages; len(rest) > 0; {
		seen, n := k.lookOnce(rest[:runOf(rest)])
		seen.sent = sent
		k.hand(in, arrival{data: k.dataOf(rest[:n]), ap: rest[0].From, seen: seen, look: k.looker})
		rest = rest[n:]
	}
	return len(messages), err
}

// runOf returns how many of messages the first one's sender has sent before any other.
func runOf(messages []kernel.Message) (n int) {
	for n < len(messages) && messages[n].From == messages[0].From {
		n++
	}
	return n
}

// dataOf returns what messages hold, until it is called again.
func (k *packetSocket) dataOf(messages []kernel.Message) [][]byte {
	k.run = k.run[:0]
	for i := range messages {
		k.run = append(k.run, messages[i].Data)
		k.size = max(k.size, len(messages[i].Data))
	}
	return k.run
}

// hand hands datagrams to in, unless the reader was given up on.
func (k *packetSocket) hand(in *packetsIn, a arrival) {
	if !k.abandoned.Load() {
		in.receive(a)
	}
}

// receiveOne waits for a datagram and hands it to in.
func (k *packetSocket) receiveOne(in *packetsIn) (int, error) {
	if r, ok := k.pc.(socket.SourceReader); ok {
		n, addr, from, err := r.ReadFromSocket(k.buf)
		if err != nil {
			return 0, err
		}
		k.handOne(in, n, arrival{ap: addrPortOf(addr), addr: addr, seen: sighting{owner: owner(from), heard: true}})
		return 1, nil
	}
	sent := k.rounds.Load()
	n, addr, err := k.pc.ReadFrom(k.buf)
	if err != nil {
		return 0, err
	}
	k.endOverdue()
	k.reads++
	ap := addrPortOf(addr)
	seen, _ := k.lookOnce([]kernel.Message{{From: ap}})
	seen.sent = sent
	k.handOne(in, n, arrival{ap: ap, addr: addr, seen: seen, look: k.looker})
	return 1, nil
}

// handOne is hand for a datagram of n bytes in buf.
func (k *packetSocket) handOne(in *packetsIn, n int, a arrival) {
	k.run = append(k.run[:0], k.buf[:n])
	a.data, a.full = k.run, n == len(k.buf)
	k.hand(in, a)
}
