package fakeserver

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// An arrival is what was received at once from one client.
type arrival struct {
	data [][]byte // datagrams, one or more
	full bool     // the last one is as long as what it was read into: it may have been longer
	ap   netip.AddrPort
	addr net.Addr
	seen sighting
	look func(netip.AddrPort) sighting
}

// packetsIn are the datagrams from clients, on their way to the handler or the reader.
type packetsIn struct {
	c       *core
	peers   *peers // that it is part of
	roster  *roster
	actions *actions
	handler PacketHandler      // of datagrams to come; nil, if they are read. Used by the reader
	quiet   bool               // the handler does nothing with what it gets: don't bother it. Read by the reader; the actions' mu guards it
	lane    *record.Lane       // used by the reader
	puts    []held[delivery]   // used by the reader: what it is to put into the inbox
	outages int                // that are about to begin; under the actions' mu
	waiting []held[delivery]   // until they have begun; under the actions' mu
	inbox   schedule[delivery] // what the handler, or the reader, is to get; with a quiet one, when it is due

	handlers      int     // how often there was another handler. Used by the reader
	conversations []*Peer // of PeerHandlers, also of those that were replaced; under the actions' mu
}

// receive takes datagrams, and records it if a part of the last one may be lost. It is the reader's.
func (s *packetsIn) receive(a arrival) {
	p := s.sender(a)
	s.takeAll(p, a.data)
	if a.full {
		s.c.rec.Add(transcript.Event{
			Conn: p.n, Direction: transcript.FromClient, Kind: transcript.Error, Offset: p.in.Count(), Peer: p.text,
			Text: fmt.Sprintf("datagram %d has %d bytes or more: what it has more is lost", p.in.Count(), len(a.data[len(a.data)-1])),
		})
	}
}

// takeAll takes datagrams of p's, whose memory it may use. Where there is nothing to decide and nothing to hand on, it records
// them at one go.
func (s *packetsIn) takeAll(p *peer, all [][]byte) {
	prog := p.adopt(s.c, p.in, transcript.FromClient)
	if s.quiet && prog.Empty() && p.inHeld.isEmpty() {
		s.lane.Datagrams(p.n, p.text, p.in.Skip(len(all)), all)
		return
	}
	for _, data := range all {
		s.take(p, s.lane.Stash(data))
	}
}

// take decides about a datagram of p's, which the lane has, records both, and hands it to the handler.
func (s *packetsIn) take(p *peer, data []byte) {
	p.adopt(s.c, p.in, transcript.FromClient)
	now := time.Now()
	v := p.in.Next(data, now.Sub(p.since))
	f := s.actions.newFate(p, transcript.FromClient, v)

	s.actions.mu.Lock()
	s.lane.RecordDatagram(p.n, p.text, v.Number, data, f.decided())
	d := delivery{Packet: Packet{Peer: p.ap, Conn: p.n, Number: v.Number}, peer: p, handler: s.handler, talk: s.conversationOf(p), fate: f}
	if !s.quiet {
		s.c.rec.Lend() // the handler may keep the bytes
	}
	s.deliverLocked(d, v, now)
	puts := s.puts
	if s.outages += len(v.Outages); s.outages > 0 {
		s.waiting, puts = append(s.waiting, puts...), nil
	}
	s.actions.mu.Unlock()
	for _, x := range puts { // now that what this wakes finds the actions free
		s.put(x)
	}
	for _, o := range v.Outages {
		s.c.outages.begin(newOutage(o, s.begun))
	}
}

// begun says that an outage has begun: what the handler does when it gets the datagram comes after
// that.
func (s *packetsIn) begun() {
	s.actions.mu.Lock()
	s.outages--
	all := s.outages == 0
	s.actions.mu.Unlock()
	if all {
		s.letGo()
	}
}

// letGo puts into the inbox what waits for outages to begin.
func (s *packetsIn) letGo() {
	s.actions.mu.Lock()
	puts := s.waiting
	s.waiting = nil
	s.actions.mu.Unlock()
	for _, x := range puts {
		s.put(x)
	}
}

// put puts a datagram where it is waited for.
func (s *packetsIn) put(x held[delivery]) {
	if to := x.value.talk; to != nil {
		to.put(x.due, x.value)
		return
	}
	s.inbox.put(x.due, x.value)
}

// takeWaiting takes what waits for outages to begin.
func (s *packetsIn) takeWaiting() (all []delivery) {
	s.actions.mu.Lock()
	defer s.actions.mu.Unlock()
	for _, x := range s.waiting {
		all = append(all, x.value)
	}
	s.waiting = nil
	return all
}

// deliverLocked puts the copies of a datagram, and those that come after it, into puts, or keeps
// them. It needs the actions' mu.
func (s *packetsIn) deliverLocked(d delivery, v decide.Verdict, now time.Time) {
	clear(s.puts)
	s.puts = s.puts[:0]
	passes := now
	for _, c := range v.Copies {
		due := v.Due(c, now)
		if d.copy = c.Number; !s.quiet {
			d.Data = c.Data
		}
		if d.talk != nil {
			d.talk.coming++
		}
		if c.Behind > 0 {
			d.peer.inHeld.keep(v.Number, c.Behind, due, d)
			continue
		}
		s.putLocked(d, due, now)
		passes = later(passes, due)
	}
	d.peer.inHeld.release(v.Number, passes, func(d delivery, due time.Time) { s.putLocked(d, due, now) })
}

// sender returns the peer that a datagram came from.
func (s *packetsIn) sender(a arrival) *peer {
	p, isNew := s.roster.sender(a.ap, a.addr, a.seen)
	if isNew && a.look != nil {
		s.roster.checkOthers(p, a.look)
	}
	return p
}

// putLocked puts d into puts. It needs the actions' mu.
func (s *packetsIn) putLocked(d delivery, due, now time.Time) {
	if !due.After(now) {
		s.readyLocked(&d)
		if s.quiet {
			return
		}
	} else if s.quiet {
		s.discardLocked() // what came due meanwhile makes room
	}
	s.puts = append(s.puts, held[delivery]{due, d})
}

// readyLocked counts d as delivered, unless it is. It needs the actions' mu.
func (s *packetsIn) readyLocked(d *delivery) {
	d.fate.deliver(d.copy)
	s.actions.record(notesOf(d.fate.settle(1, "")))
	d.fate = nil
}

// discardLocked takes what is due, for a handler that does nothing with it. It needs the
// actions' mu.
func (s *packetsIn) discardLocked() {
	for changed := (<-chan struct{})(nil); changed == nil; {
		_, _, changed = s.lookLocked()
	}
}

// next waits for the first datagram to be due, and takes it. It reports false once the server
// closes.
func (s *packetsIn) next() (d delivery, ok bool) {
	for !s.c.isClosing() {
		d, due, changed := s.look()
		if changed == nil {
			return d, true
		}
		s.c.sleep(changed, due)
	}
	return d, false
}

// look takes the first datagram if it is due, as schedule.look does.
func (s *packetsIn) look() (d delivery, due time.Time, changed <-chan struct{}) {
	s.actions.mu.Lock()
	defer s.actions.mu.Unlock()
	return s.lookLocked()
}

// lookLocked needs the actions' mu.
func (s *packetsIn) lookLocked() (d delivery, due time.Time, changed <-chan struct{}) {
	d, due, changed = s.inbox.look()
	if changed == nil {
		s.readyLocked(&d)
	}
	return d, due, changed
}

// countReady counts as delivered what is due, though nothing has taken it yet.
func (s *packetsIn) countReady() {
	s.actions.mu.Lock()
	defer s.actions.mu.Unlock()
	now := time.Now()
	s.inbox.eachDue(now, s.readyLocked)
	for _, p := range s.conversations {
		p.inbox.eachDue(now, s.readyLocked)
	}
	if s.quiet {
		s.discardLocked()
	}
}

// nameUnread names what neither the handler nor a reader got. Nothing is received any more.
func (s *packetsIn) nameUnread(why string) {
	s.countReady()
	all := append(s.inbox.rest(), s.takeWaiting()...)
	for _, p := range s.roster.peers() {
		all = append(all, p.inHeld.rest()...)
	}
	s.actions.mu.Lock()
	for _, p := range s.conversations {
		all = append(all, p.inbox.rest()...)
	}
	for _, d := range all {
		if d.talk != nil {
			d.talk.drop()
		}
	}
	s.actions.mu.Unlock()
	s.actions.nameUndelivered(transcript.FromClient, undeliveredOf(all), why)
}
