package oneplan_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A packetLedger accounts for every datagram of one run: by peer, direction and number,
//
//	copies = delivered + named
//
// Copies are what the fault events leave of a datagram: none, one or several. A copy from a
// client is delivered when the handler gets it, or else named as unread. A copy from the
// handler is delivered when it left, and then its client has it, or else named as unsent.
//
// A datagram from a client is in the record, unless the server was down. One whose Write
// returned an error did not leave.
type packetLedger struct {
	record  transcript.Transcript
	clients []*packetClient
	handler *packetHandler
	outages []outage
}

// An outage is a time in which what is sent may be lost.
type outage struct{ from, to time.Time }

// A slot is one datagram of a peer and direction.
type slot struct {
	conn   int
	dir    transcript.Direction
	number int64
}

// check returns what is wrong with the ledger.
func (l packetLedger) check() error {
	errs := []error{l.checkArrived()}
	if n := l.record.Drops(); n > 0 {
		errs = append(errs, fmt.Errorf("the kernel dropped %d", n))
	}
	copies, named, left := l.copies(), l.named(), l.left()
	for s, want := range copies {
		var delivered int
		if s.dir == transcript.FromClient {
			delivered = l.handler.got[l.text(s)]
		} else {
			delivered = left[s]
		}
		if delivered+named[s] != want {
			errs = append(errs, fmt.Errorf("peer %d %v, datagram %d: %d copies; %d delivered and %d named", s.conn, s.dir, s.number, want, delivered, named[s]))
		}
		delete(named, s)
	}
	for s, n := range named {
		errs = append(errs, fmt.Errorf("peer %d %v, datagram %d is named %d times, and never was", s.conn, s.dir, s.number, n))
	}
	for _, c := range l.clients {
		errs = append(errs, l.checkGot(c))
	}
	return errors.Join(errs...)
}

// checkArrived checks that what a client sent is in the record, in order, unless the server was down.
func (l packetLedger) checkArrived() error {
	var errs []error
	for _, c := range l.clients {
		var got []string
		for _, p := range l.record.Conn(l.conn(c.addr())).Datagrams(transcript.FromClient) {
			got = append(got, string(p))
		}
		for _, w := range c.wrote {
			if len(got) > 0 && got[0] == w.text {
				got = got[1:]
			} else if !slices.ContainsFunc(l.outages, w.during) {
				errs = append(errs, fmt.Errorf("%s of client %v is not in the record", w.text, c.addr()))
			}
		}
		if len(got) > 0 {
			errs = append(errs, fmt.Errorf("client %v never sent %q, or not in that order", c.addr(), got))
		}
	}
	return errors.Join(errs...)
}

// copies returns how many copies the plan made of each datagram.
func (l packetLedger) copies() map[slot]int {
	all := map[slot]int{}
	for e := range l.record.Kind(transcript.Datagram).All() {
		if e.Direction == transcript.FromClient {
			all[slot{e.Conn, e.Direction, e.Offset}] = 1
		}
	}
	for peer, writes := range l.handler.wrote {
		for i, w := range writes {
			if w.err == nil {
				all[slot{l.conn(peer), transcript.ToClient, int64(i + 1)}] = 1
			}
		}
	}
	for _, e := range l.record.Faults() {
		s := slot{e.Conn, e.Direction, e.Offset}
		if _, counts := all[s]; !counts {
			continue
		}
		var n int
		switch _, err := fmt.Sscanf(e.Text, "delivered %d times", &n); {
		case err == nil:
			all[s] = n
		case servertest.Loses(e):
			all[s] = 0
		}
	}
	return all
}

// named returns how many copies of each datagram were not delivered, by the record. What the
// socket refused was recorded first.
func (l packetLedger) named() map[slot]int {
	all := map[slot]int{}
	for e := range l.record.All() {
		switch s := (slot{e.Conn, e.Direction, e.Offset}); {
		case e.Kind == transcript.Undelivered:
			for range e.Count {
				all[s]++
				s.number++
			}
		case e.Kind == transcript.DatagramUnsent && !l.failed(s):
			all[s]++
		}
	}
	return all
}

// failed reports whether the Write of a datagram returned an error. After the last of those that
// were numbered, if there were any, one may have met the end of the socket.
func (l packetLedger) failed(s slot) bool {
	for peer, writes := range l.handler.wrote {
		if l.conn(peer) == s.conn {
			return s.number > int64(len(writes)) || writes[s.number-1].err != nil
		}
	}
	return true
}

// left returns how often each datagram left.
func (l packetLedger) left() map[slot]int {
	all := map[slot]int{}
	for e := range l.record.All() {
		s := slot{e.Conn, e.Direction, e.Offset}
		switch {
		case e.Direction != transcript.ToClient:
		case e.Kind == transcript.Datagram:
			all[s]++
		case e.Kind == transcript.DatagramUnsent:
			all[s]--
		}
	}
	return all
}

// text returns a client's datagram as the handler counts it: what Truncate leaves of it.
func (l packetLedger) text(s slot) string {
	for e := range l.record.Conn(s.conn).Kind(transcript.Datagram).All() {
		if e.Direction == s.dir && e.Offset == s.number {
			return cut(string(e.Data))
		}
	}
	return ""
}

// conn returns a peer's number.
func (l packetLedger) conn(peer string) int {
	for e := range l.record.Kind(transcript.Accept).All() {
		if e.Peer == peer {
			return e.Conn
		}
	}
	return -1
}

// checkGot checks that a client has what left for it, in any order.
func (l packetLedger) checkGot(c *packetClient) error {
	var want []string
	for _, p := range l.record.Conn(l.conn(c.addr())).Datagrams(transcript.ToClient) {
		want = append(want, string(p))
	}
	got := c.drain(len(want))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("client %v got %q, and by the record %q left", c.addr(), got, want)
	}
	return nil
}

// cut returns the part of a datagram that no rule cuts off.
func cut(text string) string { return text[:min(len(text), truncated)] }

// A packetWrite is a Write by either side.
type packetWrite struct {
	text     string
	from, to time.Time
	err      error
}

func (w packetWrite) during(o outage) bool { return !w.to.Before(o.from) && !w.from.After(o.to) }

// addr returns what the record calls the client.
func (c *packetClient) addr() string { return c.c.LocalAddr().String() }
