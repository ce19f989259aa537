package fakeserver

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// pump carries out what the plan decided, when it is due.
func (out *outbound) pump() {
	defer out.c.srv.wg.Done()
	defer close(out.pumped)
	defer out.closeEdge()
	for {
		changed := out.queue.next()
		it, ok := out.queue.front()
		if ok && !it.due.After(time.Now()) {
			goesOn := out.carryOut(it.Step)
			out.queue.take(len(it.Data))
			if !goesOn {
				break
			}
			continue
		}
		if !out.c.sleep(changed, it.due) {
			break
		}
	}
	out.lost(out.queue.end())
}

// lost records that n bytes of the handler never left.
func (out *outbound) lost(n int64) {
	if n > 0 {
		out.lane.Add(transcript.Event{Kind: transcript.Unsent, Count: n, Text: "the connection ended before they were due"})
	}
}

func (out *outbound) closeEdge() { out.edge.close() }

// carryOut does one step. It reports whether anything can follow.
func (out *outbound) carryOut(s fault.Step) bool {
	c := out.c
	switch s.Op {
	case fault.OpPass:
		if !out.passCut() {
			out.lost(int64(len(s.Data)))
			return false
		}
		n, err := out.send(s.Data, true)
		s.Data = s.Data[:n]
		out.stream.Done(s)
		return err == nil
	case fault.OpMark:
		c.acted(out.stream, transcript.ToClient, s, 0, "delays by "+s.Delay.String())
	case fault.OpCut:
		out.cut, out.atCut = s, true
	case fault.OpStall:
		c.acted(out.stream, transcript.ToClient, s, 0, stallText(s.Delay))
		return out.stall(s.Delay)
	case fault.OpFinish:
		out.sendFIN()
		return false
	case fault.OpReset:
		left := c.awaitDelivery()
		if s.Rule != "" {
			c.doomTo(&injected{s.Rule, s.Op}, true)
			c.acted(out.stream, transcript.ToClient, s, left, "")
		}
		c.reset(s.Rule)
		return false
	case fault.OpClose:
		c.acted(out.stream, transcript.ToClient, s, 0, "")
		out.sendFIN()
		c.doom(&injected{s.Rule, s.Op})
		return false
	}
	return true
}

// passCut waits at a boundary until the client has read what is in front of it.
func (out *outbound) passCut() bool {
	if !out.atCut {
		return true
	}
	out.atCut = false
	if out.edge == nil {
		out.edge = &boundary{c: out.c}
	}
	text, pause := out.edge.confirm(), out.cut.Delay
	if text != confirmed && pause == 0 {
		pause = unconfirmedPause
	}
	out.c.acted(out.stream, transcript.ToClient, out.cut, 0, text)
	return pause == 0 || out.stall(pause)
}

// stall stops sending for d, or if that is zero until the connection ends. It
// reports whether the connection goes on.
func (out *outbound) stall(d time.Duration) bool {
	if d == 0 {
		return out.c.sleep(nil)
	}
	return out.c.sleep(nil, time.Now().Add(d))
}
