package explore

import (
	"cmp"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A candidate is a plan to try.
type candidate struct {
	plan fault.Plan
	wave int
	of   string    // the key of the plan whose result it comes of; "": of none
	kept *keptPlan // the find of an earlier search that it is; nil: none
}

// owner returns the key that says which shard's the candidate is.
func (c candidate) owner() string { return cmp.Or(c.of, keyOf(c.plan)) }

// waits reports whether the client is likely to wait for its deadline: on sockets such plans come
// last, several at once.
func (c candidate) waits() bool {
	for _, r := range c.plan.Rules {
		switch f := r.Fault.(type) {
		case fault.Stall, fault.Blackhole, fault.HalfClose, fault.Loss, fault.Truncate, fault.IgnoreDials:
			return true
		case fault.SlowClose:
			return f.Delay > briefDelay
		case fault.Latency:
			return f.Delay > briefDelay
		case fault.Down:
			return f.For == fault.Forever
		}
	}
	return false
}

// A place is where a fault can act.
type place struct {
	conn      int
	direction transcript.Direction // Neither: when the connection is accepted
	at        int64                // after so many bytes, or datagrams
	writes    int64                // if more than 0, after so many of the handler's Writes, where lengths vary
}

// rule returns the rule by which a fault acts there, and nowhere else.
func (p place) rule(f fault.Fault) fault.Rule {
	r := fault.Rule{Fault: f, Direction: p.direction}.OnConn(p.conn)
	if p.writes > 0 {
		return r.AfterWrites(p.writes)
	}
	return r.AfterBytes(p.at)
}

// datagram returns the rule by which a fault acts on the datagram there alone: the one that comes
// after so many others. What acts once, acts there.
func (p place) datagram(f fault.Fault) fault.Rule {
	r := fault.Rule{Fault: f, Direction: p.direction}.OnConn(p.conn).AfterDatagrams(p.at)
	if _, once := f.(fault.Down); once {
		return r
	}
	return r.ForDatagrams(1)
}

// only returns the plan of one rule.
func only(r fault.Rule) fault.Plan { return fault.Plan{Rules: []fault.Rule{r}} }

// bothWays are the directions, in the order in which they are tried.
var bothWays = []transcript.Direction{transcript.ToClient, transcript.FromClient}
