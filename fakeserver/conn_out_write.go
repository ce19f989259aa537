package fakeserver

import "net"

// How the handler hands its bytes to outbound's pump.

// write decides about b and queues it.
func (p *pumpedOut) write(b []byte, _ bool) (int, error) {
	sum := 0
	var stashed []byte // the beginning of the rest of b, in the record's memory
	for {
		if err := p.refusal(); err != nil || sum == len(b) {
			return sum, err
		}
		if err := p.waitRoom(); err != nil {
			return sum, err
		}
		if len(stashed) == 0 {
			stashed = p.lane.Stash(b[sum:min(len(b), sum+writePart)])
		}
		n, err := p.decide(stashed, len(b)-sum)
		stashed, sum = stashed[n:], sum+n
		if err != nil || sum == len(b) {
			return sum, err
		}
	}
}

// waitRoom waits until the queue has room.
func (p *pumpedOut) waitRoom() error {
	for {
		changed := p.queue.next()
		deadline, err := p.queue.expiry()
		if err != nil {
			return p.c.opError("write", err)
		}
		if err := p.c.check("write"); err != nil {
			return err
		}
		if p.queue.room() > 0 {
			return nil
		}
		if !p.c.sleep(changed, deadline) {
			return p.c.opError("write", net.ErrClosed)
		}
	}
}
