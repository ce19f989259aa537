package explore

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A result is what a search has to know of a trial. It is plain data, so that it can come from
// another process.
type result struct {
	Fired    bool
	Refused  string // why the plan can't be carried out here
	Breaches []Breach
	Shape    string          // trials that end alike have the same
	Fresh    []stream        // streams that the healthy wire doesn't have
	Moments  []time.Duration // how long after its server fell silent the client did something there
	Evidence string          // the rules' outcomes and the record, where there is a breach
	Stuck    bool            // it left goroutines behind that can't be ended, or its process ended
	Harm     string          // why it can't be tried again in the same process
	Lost     string          // why there is nothing to be said: the trial did not end
	Locked   bool            // it stands still in memory, and may end on sockets
	Moved    bool            // it was on sockets for that

	outcome *Outcome // where there is a breach; nil from another process
}

// resultOf sums up an outcome.
func (j judge) resultOf(o Outcome) result {
	r := result{Fired: o.fired(), Stuck: o.said != "", Harm: o.harm()}
	switch {
	case o.refused != nil:
		r.Refused = o.refused.Error()
		return r
	case o.end == interrupted:
		r.Locked = o.locked
		if r.Lost = o.said; o.Err != nil {
			r.Lost = strings.TrimSpace(fmt.Sprint(o.Err, " ", o.said))
		}
		r.redact(j.cfg.redact)
		return r
	}
	r.Breaches = j.breaches(o)
	r.Shape = j.shapeOf(o)
	r.Fresh = freshIn(o.Transcript, j.healthy.Transcript)
	r.Moments = momentsIn(o)
	if len(r.Breaches) > 0 {
		r.Evidence, r.outcome = o.Transcript.Redact(o.Report.String())+o.Transcript.String(), &o
	}
	r.redact(o.Transcript.Redact)
	return r
}

// shapeOf returns what tells outcomes apart: how each step ended, how many connections there were, and what the client sent
// on those that no rule met, unless that is other bytes each time: it would tell any two trials apart. On the others it depends on how far
// the client had come, which is a race.
func (j judge) shapeOf(o Outcome) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d;", o.end)
	for _, s := range slices.SortedStableFunc(slices.Values(o.Steps), func(s, other Step) int { return s.Caller - other.Caller }) {
		i := slices.IndexFunc(j.healthy.Steps, s.is)
		other := i < 0 || j.healthy.Steps[i].Answer != s.Answer && !slices.Contains(j.varying, s.Name)
		fmt.Fprintf(&b, "%v=%s,%t;", s, endOf(s.Class), other)
	}
	fmt.Fprintf(&b, "%s;%d;", endOf(classOf(o.Err)), o.Transcript.Conns())
	met := map[int]bool{}
	for e := range o.Transcript.Kind(transcript.Fault).All() {
		met[e.Conn] = true
	}
	for n := 1; n <= o.Transcript.Conns() && !j.scrambled; n++ {
		h := fnv.New64a()
		if !met[n] {
			h.Write(o.Transcript.Conn(n).FromClient())
		}
		fmt.Fprintf(&b, "%x;", h.Sum64())
	}
	return b.String()
}

// endOf returns a class, or one for all by which calls learn that a connection has ended: which of several calls is told of a
// reset is a race, and the others have another error.
func endOf(class string) string {
	switch class {
	case "EOF", "reset", "closed":
		return "ended"
	}
	return class
}

// freshIn returns the streams of connections on which the client did something new: another
// connection, or other bytes than on the healthy wire.
func freshIn(t, healthy transcript.Transcript) (all []stream) {
	for _, s := range streamsOf(t) {
		if s.Conn > healthy.Conns() && s.Length > 0 {
			all = append(all, s)
		}
	}
	return all
}
