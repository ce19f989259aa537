package fakeserver

import (
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// load makes parts of the recording, and refuses what can't be played.
func (p *Playback) load() ([]*part, error) {
	t := p.Recording.Transcript
	if err := p.checkFields(); err != nil {
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
		}
		x, err := expect(d, p.Ignore, p.Carry)
		if err != nil {
			return nil, err
		}
		all = append(all, &part{dialogue: d, x: x, changes: findChanges(d, x, p.Carry)})
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

// checkFields refuses fields that make no sense, whatever the recording is.
func (p *Playback) checkFields() error {
	switch {
	case !(p.Pace >= 0): // so that NaN is refused too
		return fmt.Errorf("Pace is %v, want 0 or more", p.Pace)
	case p.Match > ByFirstBytes:
		return fmt.Errorf("there is no Match %d", p.Match)
	case p.Extra > ExtraRepeats:
		return fmt.Errorf("there is no Extra %d", p.Extra)
	}
	for i := range p.Carry {
		if err := p.Carry[i].validate(); err != nil {
			return fmt.Errorf("Carry %s: %w", carryName(p.Carry, i), err)
		}
	}
	for n, i := range p.Ignore {
		if err := i.Validate(); err != nil {
			return fmt.Errorf("Ignore %d: %w", n+1, err)
		}
	}
	return nil
}

// checkParts refuses what is about nothing in the recording.
func (p *Playback) checkParts(all []*part) error {
	for n, i := range p.Ignore {
		if err := checkIgnore(i, all); err != nil {
			return fmt.Errorf("Ignore %d: %w", n+1, err)
		}
	}
	for i := range p.Carry {
		if err := checkCarry(&p.Carry[i], all); err != nil {
			return fmt.Errorf("Carry %s: %w", carryName(p.Carry, i), err)
		}
	}
	if p.Match != ByFirstBytes {
		return nil
	}
	for _, d := range all {
		if d.begun && d.firstMessage() == 0 && len(d.acts) > 0 {
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
	switch {
	case i.Direction == transcript.ToClient:
		return errors.New("it is about what the server sends, which is played as it was: a Playback compares the client's side")
	case !about:
		return fmt.Errorf("the recording has no conn %d", i.Conn)
	case !matches:
		return fmt.Errorf("nothing that the recorded client sent matches `%v`", i.Pattern)
	}
	return nil
}

func checkCarry(c *Carry, all []*part) error {
	about, values := false, 0
	for _, d := range all {
		about = about || c.Conn == 0 || c.Conn == d.conn
		values += len(d.x.carried[c])
		for _, ch := range d.changes {
			if ch.carry == c {
				return nil
			}
		}
	}
	switch {
	case !about:
		return fmt.Errorf("the recording has no conn %d", c.Conn)
	case values == 0:
		return errors.New("nothing that the recorded client sent is in its Request")
	}
	return fmt.Errorf("of the %d values that it finds in the recorded requests no later answer has one in its Answer", values)
}
