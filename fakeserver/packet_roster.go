package fakeserver

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A roster knows a server's peers, and gives each its number.
//
// A peer is a socket, as far as that can be told, and else an address: see packet_owner.go.
// Of several sockets that had an address one after the other it knows all, and takes the
// latest for the address's.
type roster struct {
	c *core

	rounds atomic.Int64 // how often the server found its socket empty after it had missed a client's

	mu     sync.Mutex // guards what follows
	all    []*peer    // by number, from 1
	byAddr map[netip.AddrPort]*peer
	byName map[string]*peer // by addresses that are no AddrPort
	blind  bool             // it is recorded that nothing is known of sockets
	there  []*peer          // whose sockets were there when they were last looked for; longest ago first
}

func newRoster(c *core) *roster {
	return &roster{c: c, byAddr: map[netip.AddrPort]*peer{}, byName: map[string]*peer{}}
}

// sender returns the peer that a datagram came from, and whether it is new. addr is nil
// for all clients without a name, which are one peer, and may be nil if ap is valid.
func (r *roster) sender(ap netip.AddrPort, addr net.Addr, seen sighting) (p *peer, isNew bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p = r.latestLocked(ap, addr)
	if p != nil && !p.socket.excludes(seen) {
		p.socket = p.socket.then(seen)
		return p, false
	}
	return r.addLocked(ap, addr, seen, p), true
}

// addressee returns the peer to which a datagram is to be sent. look looks for the socket
// that has the address: it is asked where the peer has not been heard of yet.
func (r *roster) addressee(ap netip.AddrPort, addr net.Addr, look func() sighting) *peer {
	r.mu.Lock()
	p := r.latestLocked(ap, addr)
	heard := p != nil && p.socket.heard
	r.mu.Unlock()
	if heard {
		return p
	}
	seen := look()
	r.mu.Lock()
	defer r.mu.Unlock()
	p = r.latestLocked(ap, addr)
	if p != nil && (p.socket.heard || !p.socket.excludes(seen)) {
		return p
	}
	return r.addLocked(ap, addr, seen, p)
}

// latestLocked returns the peer that has an address, or had it last. It needs mu.
func (r *roster) latestLocked(ap netip.AddrPort, addr net.Addr) *peer {
	if ap.IsValid() {
		return r.byAddr[ap]
	}
	return r.byName[addrString(addr)]
}

// addLocked makes a new peer, to which the address goes over from before, unless that is nil. It
// needs mu.
func (r *roster) addLocked(ap netip.AddrPort, addr net.Addr, seen sighting, before *peer) *peer {
	p := &peer{n: len(r.all) + 1, addr: addr, ap: ap, since: time.Now(), socket: seen}
	if ap.IsValid() {
		p.text = ap.String()
		r.byAddr[ap] = p
	} else {
		p.text = addrString(addr)
		r.byName[p.text] = p
	}
	r.all = append(r.all, p)
	if seen.owner.isSocket() {
		r.there = append(r.there, p)
	}
	p.in = r.c.program().Peer(p.n, transcript.FromClient)
	p.out = r.c.program().Peer(p.n, transcript.ToClient)
	e := transcript.Event{Conn: p.n, Kind: transcript.Accept, Peer: p.text}
	if before != nil {
		e.Text = fmt.Sprintf("another socket with the address that peer %d had", before.n)
	}
	r.c.rec.Add(e)
	return p
}

// noteBlind records, once, that peers are told apart by their addresses only.
func (r *roster) noteBlind(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.blind {
		r.blind = true
		r.c.rec.Add(transcript.Event{
			Kind: transcript.Note,
			Text: fmt.Sprintf("a client with an earlier one's address counts as that one here: %v", why),
		})
	}
}

// peers returns all peers, by number.
func (r *roster) peers() []*peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all[:len(r.all):len(r.all)]
}

// maxChecked is how many peers are looked for at each new one. Two are enough: it is one
// more than come.
const maxChecked = 2

// checkOthers looks whether the sockets of some peers are still there. Each new peer
// makes it look for two, so that a peer that comes and goes is found out soon, and one that
// stays costs nothing.
func (r *roster) checkOthers(newest *peer, look func(netip.AddrPort) sighting) {
	for _, p := range r.takeOldest(newest) {
		seen := look(p.ap)
		r.mu.Lock()
		switch {
		case p.socket.owner == gone: // its last datagram has told
		case seen.owner == gone || p.socket.excludes(seen):
			p.socket = p.socket.missed(seen.at)
		default:
			r.there = append(r.there, p)
		}
		r.mu.Unlock()
	}
}

// takeOldest takes those that were looked for longest ago, but not the newest, which was
// looked for just now.
func (r *roster) takeOldest(newest *peer) []*peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(maxChecked, len(r.there))
	if n > 0 && r.there[n-1] == newest {
		n--
	}
	some := r.there[:n:n]
	r.there = r.there[n:]
	return some
}
