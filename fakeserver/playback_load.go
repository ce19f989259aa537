package fakeserver

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// load makes parts of the recording, and refuses what can't be played.
func (p *Playback) load() ([]*part, error) {
	t := p.Recording.Transcript
	p.carries = carriesOf(p.Carry, p.Vary)
	if err := checkPlayback(p.Pace, p.Match, p.Extra, p.Ignore, p.carries); err != nil {
		return nil, err
	}
	switch {
	case t.Header().IsOfDatagrams():
		return nil, errors.New("Recording is one of datagrams: play it with a PacketPlayback")
	case t.Conns() == 0 && !hasRules(p.Recording):
		return nil, errors.New("Recording has no connection")
	}
	all := []*part{}
	var errs []error
	for n := 1; n <= t.Conns(); n++ {
		c := t.Conn(n)
		if c.Len() == 0 {
			continue // as in the recording of one connection
		}
		d := dialogueOf(n, c, closingOf(t))
		if d.missing != "" {
			errs = append(errs, fmt.Errorf("Recording, conn %d: %s", n, d.missing))
			continue
		}
		if p.again != nil {
			d = p.again.deliver(d, t)
		} else {
			d.acts = slices.DeleteFunc(d.acts, func(a act) bool { return a.kind == actFault && a.fault.Direction == transcript.FromClient })
		}
		x, err := expect(d, p.Ignore, p.carries)
		if err != nil {
			return nil, err
		}
		all = append(all, &part{dialogue: d, x: x, changes: findChanges(d, x, p.carries)})
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return all, p.checkParts(all)
}

// hasRules reports whether a recording's plan has rules: one of which may have kept all clients out.
func hasRules(rec transcript.Recording) bool {
	var p fault.Plan
	return len(rec.Origin.Plan) > 0 && p.UnmarshalJSON(rec.Origin.Plan) == nil && len(p.Rules) > 0
}

// checkPlayback refuses fields that make no sense, whatever the recording is.
func checkPlayback(pace float64, match PlaybackMatch, extra PlaybackExtra, ignore []transcript.Ignore, carries []*Carry) error {
	switch {
	case !(pace >= 0): // so that NaN is refused too
		return fmt.Errorf("Pace is %v, want 0 or more", pace)
	case match > ByFirstBytes:
		return fmt.Errorf("there is no Match %d", match)
	case extra > ExtraRepeats:
		return fmt.Errorf("there is no Extra %d", extra)
	}
	for n, i := range ignore {
		if err := i.Validate(); err != nil {
			return fmt.Errorf("Ignore %d: %w", n+1, err)
		}
	}
	return validateCarries(carries)
}

// checkParts refuses what is about nothing in the recording.
func (p *Playback) checkParts(all []*part) error {
	for n, i := range p.Ignore {
		if err := checkIgnore(i, all); err != nil {
			return fmt.Errorf("Ignore %d: %w", n+1, err)
		}
	}
	for _, c := range p.carries {
		if err := checkCarry(c, all); err != nil {
			return fmt.Errorf("%s: %w", c.label, err)
		}
	}
	if p.Match != ByFirstBytes {
		return nil
	}
	for _, d := range all {
		if d.firstMessage() == 0 && len(d.acts) > 0 {
			return fmt.Errorf("Match is ByFirstBytes, and on conn %d the server spoke first: use ByOrder", d.conn)
		}
	}
	return nil
}

func checkIgnore(i transcript.Ignore, all []*part) error {
	about, matches := false, i.Pattern == nil
	for _, d := range all {
		if isAboutClient(i, d.conn) {
			about = true
			matches = matches || i.Pattern.Match(d.heard)
		}
	}
	return ignoreError(i, about, matches, "conn")
}

// ignoreError returns why an Ignore is for nothing, or nil.
func ignoreError(i transcript.Ignore, about, matches bool, sender string) error {
	switch {
	case i.Direction == transcript.ToClient:
		return errors.New("it is about what the server sends, which is played as it was: a Playback compares the client's side")
	case !about:
		return fmt.Errorf("the recording has no %s %d", sender, i.Conn)
	case !matches:
		return fmt.Errorf("nothing that the recorded client sent matches `%v`", i.Pattern)
	}
	return nil
}

func checkCarry(c *Carry, all []*part) error {
	about, values, used := false, 0, false
	for _, d := range all {
		about = about || c.Conn == 0 || c.Conn == d.conn
		values += len(d.x.carried[c])
		used = used || slices.ContainsFunc(d.changes, func(s substitution) bool { return s.carry == c })
	}
	return carryError(c, about, values, used, "conn")
}

// carryError returns why a Carry is for nothing, or nil.
func carryError(c *Carry, about bool, values int, used bool, sender string) error {
	switch {
	case !about:
		return fmt.Errorf("the recording has no %s %d", sender, c.Conn)
	case values == 0:
		return errors.New("nothing that the recorded client sent is there")
	case used || c.isOnlyVaried:
		return nil
	}
	return fmt.Errorf("of the %s that the recorded requests have there, no later answer has one in its place: what only varies is for Vary", human.Count(values, "value"))
}
