package fakeserver

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// load makes exchanges of the recording, and refuses what can't be played.
func (p *PacketPlayback) load() ([]*exchange, error) {
	t := p.Recording.Transcript
	p.carries = carriesOf(p.Carry, p.Vary)
	if err := checkPlayback(p.Pace, p.Match, p.Extra, p.Ignore, p.carries); err != nil {
		return nil, err
	}
	switch {
	case t.Conns() > 0 && !t.Header().IsOfDatagrams():
		return nil, errors.New("Recording is one of streams: play it with a Playback")
	case t.Conns() == 0 && !hasRules(p.Recording):
		return nil, errors.New("Recording has no peer")
	}
	all := []*exchange{}
	var errs []error
	for n := 1; n <= t.Conns(); n++ {
		events := t.Conn(n)
		if events.Len() == 0 {
			continue // as in the recording of one peer
		}
		x := exchangeOf(n, events)
		if x.missing != "" {
			errs = append(errs, fmt.Errorf("Recording, peer %d: %s", n, x.missing))
			continue
		}
		if p.again != nil {
			p.again.deliverDatagrams(x)
		} else {
			x.deliver(func(a asked) []decide.Copy { return []decide.Copy{{Number: 1, Data: a.data}} })
		}
		if err := p.expectAll(x); err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return all, p.checkExchanges(all)
}

// expectAll makes what is expected of each of x's datagrams, and what of the answers is changed.
func (p *PacketPlayback) expectAll(x *exchange) error {
	for i := range x.asked {
		a := &x.asked[i]
		var patterns []transcript.Ignore
		for _, g := range p.Ignore {
			if !isAboutClient(g, x.peer) {
				continue
			}
			a.isFree = a.isFree || g.From <= a.number && a.number < g.To
			if g.From, g.To = 0, 0; g.Pattern != nil {
				patterns = append(patterns, g)
			}
		}
		d := &dialogue{conn: x.peer, heard: a.data, starts: []int64{0}}
		var err error
		if a.x, err = expect(d, patterns, p.carries); err != nil {
			return err
		}
	}
	for i := range x.acts {
		a := &x.acts[i]
		for _, c := range p.carries {
			a.changes = append(a.changes, x.changesIn(a, c)...)
		}
		a.changes = sortedChanges(a.changes)
	}
	return nil
}

// changesIn returns where an answer repeats what a request before it had; the value is the index of the request.
func (x *exchange) changesIn(a *packetAct, c *Carry) (all []substitution) {
	var before []value
	var of []int
	for i := range x.asked[:a.after] {
		for _, v := range x.asked[i].x.carried[c] {
			before, of = append(before, v), append(of, i)
		}
	}
	if c.isOnlyVaried || a.isFault() {
		return nil
	}
	for _, s := range changesOf(c, a.data, 0, before) {
		n := 0 // its number among the request's
		for j := s.value - 1; j >= 0 && of[j] == of[s.value]; j-- {
			n++
		}
		all = append(all, substitution{s.at, c, of[s.value], n})
	}
	return all
}

// checkExchanges refuses what is about nothing in the recording.
func (p *PacketPlayback) checkExchanges(all []*exchange) error {
	for n, i := range p.Ignore {
		about, matches := false, i.Pattern == nil
		for _, x := range all {
			about = about || isAboutClient(i, x.peer)
			for _, a := range x.asked {
				matches = matches || isAboutClient(i, x.peer) && i.Pattern.Match(a.data)
			}
		}
		if err := ignoreError(i, about, matches, "peer"); err != nil {
			return fmt.Errorf("Ignore %d: %w", n+1, err)
		}
	}
	for _, c := range p.carries {
		if err := checkPacketCarry(c, all); err != nil {
			return fmt.Errorf("%s: %w", c.label, err)
		}
	}
	return nil
}

func checkPacketCarry(c *Carry, all []*exchange) error {
	about, values, used := false, 0, false
	for _, x := range all {
		about = about || c.Conn == 0 || c.Conn == x.peer
		for _, a := range x.asked {
			values += len(a.x.carried[c])
		}
		for _, a := range x.acts {
			used = used || slices.ContainsFunc(a.changes, func(s substitution) bool { return s.carry == c })
		}
	}
	return carryError(c, about, values, used, "peer")
}
