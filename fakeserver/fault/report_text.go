package fault

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// String returns the report for people, a line for each rule.
func (r Report) String() string {
	var b strings.Builder
	for _, o := range r.Rules {
		removed := ""
		if o.Removed {
			removed = " (removed)"
		}
		fmt.Fprintf(&b, "rule %s%s: %s\n", o.Key, removed, r.describe(o))
	}
	return b.String()
}

// describe says in words how o ended.
func (r Report) describe(o Outcome) string {
	switch o.State {
	case Fired:
		return r.describeFired(o)
	case Armed:
		return "armed: reached, but it never hit (" + r.describeProgress(o) + ")"
	case Passed:
		if o.Rule.Direction == ServerStart {
			return "passed: the server had started when the rule came"
		}
		if r.Medium == Datagrams {
			return "passed: the peer was past its datagrams when the rule came"
		}
		return "passed: the connection was past its offset when the rule came"
	}
	got := r.describeProgress(o)
	if o.Conn == 0 {
		got = r.describeNone(o)
	}
	return fmt.Sprintf("not reached: it waits for %s; %s%s", o.Rule.describeTrigger(r.Medium), got, o.describeMatches())
}

// describeProgress says in words how far o's connections got.
func (r Report) describeProgress(o Outcome) string {
	if o.Rule.Direction == ServerStart {
		return "the server has started"
	}
	return fmt.Sprintf("%s %d got to %s %d", r.Medium.sender(), o.Conn, r.Medium.unit(), o.Offset)
}

// describeFired says in words how often a rule acted, where first, and what that did.
func (r Report) describeFired(o Outcome) string {
	first := fmt.Sprintf("on conn %d at byte %d", o.Conn, o.Offset)
	switch {
	case o.Rule.Direction == ServerStart && o.Live:
		first = "when it came"
	case o.Rule.Direction == ServerStart:
		first = "when the server started"
	case r.Medium == Datagrams:
		first = fmt.Sprintf("on peer %d, datagram %d", o.Conn, o.Offset)
	case o.Rule.Direction == transcript.Neither:
		first = fmt.Sprintf("when conn %d was accepted", o.Conn)
	}
	if o.Count > 1 {
		first = "first " + first
	}
	text := fmt.Sprintf("fired %d times, %s", o.Count, first)
	switch {
	case o.Datagrams > 1:
		text = fmt.Sprintf("fired on %d of %d datagrams, %s", o.Count, o.Datagrams, first)
	case o.Count == 1:
		text = "fired once, " + first
	}
	if o.Dropped > 0 {
		text += fmt.Sprintf("; %s went nowhere", human.Count(o.Dropped, "byte"))
	}
	return text + o.describeFollowing()
}

// describeFollowing says in words what there was to stop for a rule that stops streams.
func (o Outcome) describeFollowing() string {
	if _, ok := o.Rule.Fault.(stopFault); !ok || o.Rule.Direction == transcript.Neither {
		return ""
	}
	if o.Following == 0 {
		return "; it stopped nothing: no byte came after it"
	}
	return fmt.Sprintf("; %s came after it", human.Count(o.Following, "byte"))
}

// describeNone says in words that no connection got anywhere of those that the rule is for.
func (r Report) describeNone(o Outcome) string {
	since := ""
	if o.Live {
		since = " since the rule came"
	}
	switch {
	case o.Rule.Direction == ServerStart:
		return "it has not started"
	case o.Rule.Direction == transcript.Neither:
		return fmt.Sprintf("none of its connections came%s (%d accepted)", since, r.Conns)
	case r.Medium == Datagrams:
		return fmt.Sprintf("none of its peers sent anything in that direction%s (%s)", since, human.Count(int64(r.Conns), "peer"))
	}
	return fmt.Sprintf("none of its connections sent anything in that direction%s (%d accepted)", since, r.Conns)
}

// describeTrigger says in words where on m the rule begins to act.
func (r Rule) describeTrigger(m Medium) string {
	unit, sender := m.unit(), m.sender()
	var need []string
	if len(r.Conns.Only) > 0 {
		need = append(need, sender+" "+strings.Trim(fmt.Sprint(r.Conns.Only), "[]"))
	}
	if r.Conns.From > 0 {
		need = append(need, fmt.Sprintf("%s %d or a later one", sender, r.Conns.From))
	}
	if n := max(r.After.Bytes, r.After.Datagrams); n > 0 {
		need = append(need, fmt.Sprintf("%s %d %v", unit, n, r.Direction))
	}
	if r.After.Writes > 0 {
		need = append(need, fmt.Sprintf("the end of the handler's Write %d", r.After.Writes))
	}
	if len(r.After.Match) > 0 {
		need = append(need, r.describeMatch())
	}
	if r.After.Time > 0 {
		need = append(need, r.After.Time.String())
	}
	switch {
	case r.Direction == ServerStart:
		need = append(need, "the server's start")
	case r.After.Now:
		need = append(need, fmt.Sprintf("the next %s %v", unit, r.Direction))
	case r.Direction == transcript.Neither && len(need) == 0:
		need = append(need, "a connection")
	case len(r.Contains) > 0:
		need = append(need, fmt.Sprintf("a datagram with %q in it %v", r.Contains, r.Direction))
	case r.Direction != transcript.Neither && reflect.ValueOf(r.After).IsZero():
		need = append(need, fmt.Sprintf("the first %s %v", unit, r.Direction))
	}
	return strings.Join(need, ", ")
}
