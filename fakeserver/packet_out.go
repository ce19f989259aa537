package fakeserver

import (
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// packetsOut are the datagrams to clients. What is recorded first leaves first.
type packetsOut struct {
	c       *core
	roster  *roster
	actions *actions

	turn    lock                         // guards what follows; held while a datagram leaves
	sock    atomic.Pointer[packetSocket] // nil while down; read by anyone
	lane    *record.Lane
	outbox  schedule[parcel]  // what is to leave later
	sending bool              // sendLate runs
	begun   []<-chan struct{} // closed when the outages have begun that what has left brings about
}

// send sends a datagram to p, as the plan lets it through.
func (s *packetsOut) send(p *peer, b []byte) (int, error) {
	s.turn.lock()
	defer s.endTurn()
	s.catchUpLocked()
	if sock := s.sock.Load(); sock != nil {
		return s.sendOnLocked(sock, p, b)
	}
	return 0, s.c.closedError("send")
}

// sendTo is send to the peer that has an address. Where there is no socket, it makes none.
func (s *packetsOut) sendTo(ap netip.AddrPort, addr net.Addr, b []byte) (int, error) {
	s.turn.lock()
	defer s.endTurn()
	s.catchUpLocked()
	return s.sendToLocked(ap, addr, b)
}

// sendToLocked is sendTo after catchUpLocked. It needs the turn.
func (s *packetsOut) sendToLocked(ap netip.AddrPort, addr net.Addr, b []byte) (int, error) {
	if sock := s.sock.Load(); sock != nil {
		p := s.roster.addressee(ap, addr, func() sighting { return sock.look(ap) })
		return s.sendOnLocked(sock, p, b)
	}
	return 0, s.c.closedError("send")
}

// sendOnLocked decides about a datagram, and sends what is due. What is to leave later counts as
// sent. Its error is that of the datagram itself: what the socket refuses of copies, and of
// those that were kept until now, is in the record. It needs the turn.
func (s *packetsOut) sendOnLocked(sock *packetSocket, p *peer, b []byte) (int, error) {
	now := time.Now()
	p.adopt(s.c, p.out, transcript.ToClient)
	v := p.out.Next(b, now.Sub(p.since))
	f := s.actions.newFate(p, transcript.ToClient, v)
	s.actions.mu.Lock()
	s.actions.record(f.decided())
	s.actions.mu.Unlock()
	passes, err := s.sendCopiesLocked(sock, parcel{p: p, number: v.Number, fate: f}, v, now)
	p.outHeld.release(v.Number, passes, func(c parcel, due time.Time) {
		if due.After(now) {
			s.sendAtLocked(due, c)
		} else {
			s.sendLocked(sock, c) // an error is in the record; its Write has returned long ago
		}
	})
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

// sendCopiesLocked sends a datagram as often as the plan says, or keeps it until it is due. If
// the socket refuses the datagram itself, no others come after it. It returns when the last one
// that is not held back leaves. It needs the turn.
func (s *packetsOut) sendCopiesLocked(sock *packetSocket, c parcel, v decide.Verdict, now time.Time) (passes time.Time, err error) {
	passes = now
	var kept keptBytes
	for i, each := range v.Copies {
		c.copy, c.data = each.Number, each.Data
		due := v.Due(each, now)
		if each.Behind == 0 && !due.After(now) {
			if err := s.sendLocked(sock, c); err != nil && each.Number == 1 {
				s.actions.giveUp(c.fate, len(v.Copies)-1-i, err.Error())
				return now, err
			}
			continue
		}
		c.data = kept.of(each.Data)
		if each.Behind > 0 {
			c.p.outHeld.keep(c.number, each.Behind, due, c)
			continue
		}
		s.sendAtLocked(due, c)
		passes = later(passes, due)
	}
	return passes, nil
}

// sendLocked records what leaves, and sends it. The record comes first, so that a client
// that has its answer finds it there, and the report too. It needs the turn.
func (s *packetsOut) sendLocked(sock *packetSocket, c parcel) error {
	s.actions.mu.Lock()
	acted := c.fate.deliver(c.copy)
	s.lane.Datagram(c.p.n, c.p.text, c.number, c.data)
	s.actions.mu.Unlock()

	err := sock.send(c.p, c.data)

	s.actions.mu.Lock()
	defer s.actions.mu.Unlock()
	if err != nil {
		c.fate.takeBack(acted)
		s.c.rec.Add(transcript.Event{
			Conn: c.p.n, Direction: transcript.ToClient, Kind: transcript.DatagramUnsent,
			Offset: c.number, Peer: c.p.text, Text: err.Error(),
		})
	} else {
		for _, o := range c.fate.takeOutages() {
			s.begun = append(s.begun, s.c.outages.begin(newOutage(o, nil)))
		}
	}
	s.actions.record(notesOf(c.fate.settle(1, errText(err))))
	return err
}

// endTurn unlocks the turn, and waits until the server refuses datagrams, if one that has left was
// to bring that about.
func (s *packetsOut) endTurn() {
	begun := s.begun
	s.begun = nil
	s.turn.unlock()
	for _, ch := range begun {
		s.c.sleep(ch)
	}
}

// sendAtLocked sends c when it is due. It needs the turn.
func (s *packetsOut) sendAtLocked(due time.Time, c parcel) {
	s.outbox.put(due, c)
	if !s.sending {
		s.sending = true
		s.c.wg.Add(1)
		go s.sendLate()
	}
}

// sendLate sends what is due later than it was written.
func (s *packetsOut) sendLate() {
	defer s.c.wg.Done()
	for s.outbox.await(s.c) {
		s.sendDue()
	}
}

// catchUpLocked sends what sendLate has not come to yet, so that what was due before leaves before.
// On a socket where that may block, it leaves it to sendLate, which has no deadline. It needs the turn.
func (s *packetsOut) catchUpLocked() {
	if sock := s.sock.Load(); s.sending && sock != nil && !isUnixgram(sock.pc) {
		for s.sendDueLocked(sock) {
		}
	}
}

// sendDue sends the first datagram that is due. It takes it only when nothing can close the
// socket: until then it is Down's, or Close's, to name. So there is a socket if there is one.
func (s *packetsOut) sendDue() {
	s.turn.lock()
	defer s.endTurn()
	s.sendDueLocked(s.sock.Load())
}

// sendDueLocked is sendDue, and reports whether there was one. It needs the turn.
func (s *packetsOut) sendDueLocked(sock *packetSocket) bool {
	c, _, wait := s.outbox.look()
	if wait != nil {
		return false
	}
	s.sendLocked(sock, c) // an error is in the record; its Write has returned long ago
	return true
}

// forgetSocket lets nothing leave any more, and names what was to leave later.
func (s *packetsOut) forgetSocket(why string) {
	s.turn.lock()
	defer s.turn.unlock()
	s.sock.Store(nil)
	s.actions.nameUndelivered(transcript.ToClient, s.restLocked(), why+": not sent")
}

// restLocked takes everything that the plan kept back. It needs the turn.
func (s *packetsOut) restLocked() (all []undelivered) {
	for _, c := range s.outbox.rest() {
		all = append(all, undelivered{c.p, c.number, c.fate})
	}
	for _, p := range s.roster.peers() {
		for _, c := range p.outHeld.rest() {
			all = append(all, undelivered{c.p, c.number, c.fate})
		}
	}
	return all
}
