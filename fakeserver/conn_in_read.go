package fakeserver

import (
	"net"
	"time"
)

// How the handler reads what inbound's pump has queued.

// read is the handler's Read: it returns what is due, as soon as something is.
func (p *pumpedIn) read(b []byte) (int, error) {
	for {
		changed := p.queue.next()
		deadline, err := p.queue.expiry()
		if err != nil {
			return 0, p.c.opError("read", err)
		}
		if p.c.isDoomed() && !p.mayReadOn() {
			return p.readLast(b)
		}
		n, due, err := p.readQueue(b)
		if n > 0 || err != nil || len(b) == 0 {
			return n, err
		}
		// The end of the connection is no reason to stop: what came before is still due.
		if !p.c.core.sleep(changed, due, deadline) {
			return p.readLast(b)
		}
	}
}

// readQueue reads the queue, and tells the rules of the other direction, before the handler has
// it, of the matches that it has now.
func (p *pumpedIn) readQueue(b []byte) (n int, due time.Time, err error) {
	n, due, err = p.queue.read(b)
	for _, s := range p.queue.takeTold() {
		p.tell(s, p.c.out.now())
	}
	return n, due, err
}

func (p *pumpedIn) readRecord() ([]byte, bool, error) {
	err := p.c.check("read")
	if err != nil && p.mayReadOn() {
		return nil, false, nil
	}
	return nil, err != nil, err
}

func (p *pumpedIn) readsOn() bool { return p.endedByRule.Load() }

// mayReadOn reports whether the handler still gets what came before a rule ended the
// connection: what is recorded as unread stays so. It needs calls.
func (p *pumpedIn) mayReadOn() bool { return p.endedByRule.Load() && !p.unread.named }

// readLast reads the queue when the connection ends. A rule that is ending it meanwhile
// leaves the handler what came before.
func (p *pumpedIn) readLast(b []byte) (int, error) {
	if p.queue.awaitShown(); p.mayReadOn() {
		if n, _, err := p.readQueue(b); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, p.c.opError("read", p.c.whyOr(net.ErrClosed))
}
