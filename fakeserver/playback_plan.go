package fakeserver

import (
	"fmt"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A replayer is a handler that brings a plan, for a server that is given none.
type replayer interface {
	// replay returns the plan, with the seed that its draws are to have, whatever the test's name is; or ok false. It is the
	// server's from then on.
	replay() (plan fault.Plan, ok bool, err error)
}

// takePlan takes the handler's plan, if it brings one.
func (e *endpoint) takePlan(handler any) error {
	r, ok := handler.(replayer)
	if !ok || len(e.plan.Rules) > 0 || e.plan.Seed != 0 {
		return nil
	}
	plan, ok, err := r.replay()
	if err != nil {
		return fmt.Errorf("%w: Handler %T: %w", ErrConfig, handler, err)
	}
	if ok {
		e.plan, e.replays = plan, true
	}
	return nil
}

// A replayedPlan is what of a recording's plan acts again at a playback.
type replayedPlan struct {
	plan  fault.Plan
	rules map[string]fault.Rule // by their keys
	prog  *fault.Compiled

	played   map[string]bool // the keys of rules FromClient whose endings are played, by where they came
	restarts []int64         // the Seqs of the events with which all connections were ended
}

// planOf returns what of the plan in a recording acts again on m.
func planOf(rec transcript.Recording, m fault.Medium) (*replayedPlan, error) {
	r := &replayedPlan{rules: map[string]fault.Rule{}, played: map[string]bool{}}
	if len(rec.Origin.Plan) > 0 {
		var recorded fault.Plan
		if err := recorded.UnmarshalJSON(rec.Origin.Plan); err != nil {
			return nil, fmt.Errorf("the recording's plan: %w: to play it without, set Healthy", err)
		}
		compiled, err := recorded.Compile(m)
		if err != nil {
			return nil, fmt.Errorf("the recording's plan: %w: to play it without, set Healthy", err)
		}
		r.plan.Seed = recorded.Seed
		for _, o := range compiled.Report().Rules {
			r.take(o, rec.Transcript, m)
		}
	}
	for e := range rec.Transcript.Kind(transcript.Fault).All() {
		if r.restartsAll(e.Rule) {
			r.restarts = append(r.restarts, e.Seq)
		}
	}
	var err error
	r.prog, err = r.plan.Compile(m)
	return r, err
}

// take takes a rule, unless what it did is in what is played.
func (r *replayedPlan) take(o fault.Outcome, t transcript.Transcript, m fault.Medium) {
	rule := o.Rule.Named(o.Key)
	if !actsAgain(rule, m) {
		return
	}
	if m == fault.Streams && rule.Direction == transcript.FromClient && rule.After.Time > 0 && endsConn(rule.Fault) {
		r.played[o.Key] = true // after what the client has said by then, and the answer to it
		return
	}
	fired := firedAt(t, o.Key)
	if len(fired) == 0 {
		if rule.After.Time > 0 {
			return // what has not come about in its time need not now
		}
		rule = rule.NeedNotFire()
	}
	all := []fault.Rule{rule}
	if m == fault.Streams && goesByOffset(rule) {
		all = atOffsets(rule, fired)
	}
	for _, rule := range all {
		r.plan.Rules = append(r.plan.Rules, rule)
		r.rules[rule.Name] = rule
	}
	r.rules[o.Key] = rule
}

// actsAgain reports whether a rule is not in what is played: it acts before the handler, on what comes to it, on the whole server, or
// the test has a hand in it.
func actsAgain(r fault.Rule, m fault.Medium) bool {
	switch r.Fault.(type) {
	case fault.FailAccept: // a Server has no Accept
		return false
	case fault.Down, fault.IgnoreDials, fault.Restart, fault.Hold:
		return true
	}
	return r.Direction != transcript.ToClient
}

// goesByOffset reports whether a rule acts again at the offset at which it did: what it went by before is not the same again, as
// time, or is not to be had before there is a client, as an answer.
func goesByOffset(r fault.Rule) bool {
	if r.Direction != transcript.FromClient && r.Direction != transcript.ToClient {
		return false
	}
	across := r.After.MatchIn == transcript.ToClient && r.Direction == transcript.FromClient && fault.ChangesContent(r.Fault, fault.Streams)
	return r.After.Time > 0 || r.After.Writes > 0 || across
}

// firedAt returns the events in which a rule acted first on each connection.
func firedAt(t transcript.Transcript, key string) (all []transcript.Event) {
	for e := range t.All() {
		if e.Kind == transcript.Fault && e.Rule == key && !slices.ContainsFunc(all, func(f transcript.Event) bool { return f.Conn == e.Conn && f.Direction == e.Direction }) {
			all = append(all, e)
		}
	}
	return all
}

// atOffsets returns rules that act where one has acted. Those for the offset where it did first have its name.
func atOffsets(r fault.Rule, fired []transcript.Event) (all []fault.Rule) {
	r.After = fault.Trigger{}
	for _, e := range fired {
		e.Offset = max(0, e.Offset-firstHit(r.Fault))
		i := slices.IndexFunc(all, func(o fault.Rule) bool { return o.After.Bytes == e.Offset })
		if i >= 0 {
			all[i].Conns.Only = append(all[i].Conns.Only, e.Conn)
			continue
		}
		next := r.OnConn(e.Conn).AfterBytes(e.Offset)
		next.Conns.From = 0
		if len(all) > 0 {
			next = next.Named(fmt.Sprintf("%s, conn %d", r.Name, e.Conn))
		}
		all = append(all, next)
	}
	return all
}

// firstHit returns how many bytes after a rule has begun its fault acts first.
func firstHit(f fault.Fault) int64 {
	switch f := f.(type) {
	case fault.Corrupt:
		if len(f.Bits) > 0 {
			return slices.Min(f.Bits) / 8
		}
	case fault.Overwrite:
		return f.At
	}
	return 0
}

// endsConn reports whether a fault ends the connection that it acts on, and no other.
func endsConn(f fault.Fault) bool {
	switch f.(type) {
	case fault.Reset, fault.Close, fault.Exit:
		return true
	}
	return false
}

// ends reports whether the rule with a key ends, when it acts, the server's direction of the connection that it acts on.
func (r *replayedPlan) ends(key string) bool {
	switch r.rules[key].Fault.(type) {
	case fault.Reset, fault.Close, fault.Exit, fault.Restart:
		return true
	case fault.HalfClose:
		return r.rules[key].Direction == transcript.ToClient
	}
	return false
}

// restartsAll reports whether the rule with a key ends all connections.
func (r *replayedPlan) restartsAll(key string) bool {
	_, ok := r.rules[key].Fault.(fault.Restart)
	return ok
}

// has reports whether the rule with a key acts again.
func (r *replayedPlan) has(key string) bool { return key != "" && r.rules[key].Fault != nil }

// deliver changes d to what is to be played where the rules act again: what the handler gets then, and without what they do.
func (r *replayedPlan) deliver(d *dialogue, t transcript.Transcript) *dialogue {
	out := *d
	out.acts = slices.Clone(d.acts)
	r.leaveToRules(&out, t)
	st := r.prog.Program().Stream(d.conn, transcript.FromClient)
	if st == nil {
		return &out
	}
	var cuts []int64
	for _, a := range d.acts {
		cuts = append(cuts, a.after)
	}
	cuts = append(cuts, d.starts...)
	for _, w := range d.waits {
		cuts = append(cuts, w.offset)
	}
	slices.Sort(cuts)
	x := heardAs{}
	x.take(st.Tick(0))
	at := map[int64]int64{}
	fed := int64(0)
	for _, cut := range append(slices.Compact(cuts), int64(len(d.heard))) {
		x.take(st.Feed(d.heard[fed:cut], 0))
		fed, at[cut] = cut, int64(len(x.data))
	}
	x.take(st.Finish(0))
	out.heard, out.isWire = x.data, false
	for i := range out.acts {
		out.acts[i].after = at[out.acts[i].after]
	}
	out.starts, out.waits = nil, nil
	for _, s := range d.starts {
		if s = at[s]; s < int64(len(x.data)) && (len(out.starts) == 0 || out.starts[len(out.starts)-1] < s) {
			out.starts = append(out.starts, s)
		}
	}
	for _, w := range d.waits {
		out.waits = append(out.waits, wait{at[w.offset], w.time})
	}
	return &out
}

// heardAs is what a handler gets.
type heardAs struct {
	data  []byte
	ended bool
}

func (x *heardAs) take(steps []decide.Step) {
	for _, s := range steps {
		if x.ended = x.ended || s.Op.Ends(); !x.ended {
			if s.Op == decide.OpPass {
				x.data = append(x.data, s.Data...)
			}
		}
	}
}

// leaveToRules takes out of d's acts what rules do that act again.
func (r *replayedPlan) leaveToRules(d *dialogue, t transcript.Transcript) {
	ended := int64(0) // the Seq from which on a rule has ended the connection
	for e := range t.Conn(d.conn).All() {
		if e.Kind == transcript.Fault && r.ends(e.Rule) && ended == 0 {
			ended = e.Seq
		}
	}
	for _, seq := range r.restarts {
		if seq > d.accepted && (ended == 0 || seq < ended) {
			ended = seq
		}
	}
	d.acts = slices.DeleteFunc(d.acts, func(a act) bool {
		switch a.kind {
		case actSend:
			return false
		case actFault:
			return r.has(a.fault.Rule) || a.fault.Direction == transcript.FromClient && !r.played[a.fault.Rule]
		}
		return ended > 0 && a.seq > ended
	})
}

// deliverDatagrams changes x to what is to be played where the rules act again: what the handler gets then, and without what they do.
func (r *replayedPlan) deliverDatagrams(x *exchange) {
	x.acts = slices.DeleteFunc(x.acts, func(a packetAct) bool { return a.isFault() && r.has(a.fault.Rule) })
	peer := r.prog.Program().Peer(x.peer, transcript.FromClient)
	x.deliver(func(a asked) []decide.Copy { return peer.Next(a.data, 0).Copies })
}
