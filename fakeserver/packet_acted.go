package fakeserver

import (
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// faultsOf returns the events that say what was decided about a datagram, and counts that as
// done.
func faultsOf(p *peer, d transcript.Direction, v decide.Verdict) []transcript.Event {
	decider := p.in
	if d == transcript.ToClient {
		decider = p.out
	}
	var events []transcript.Event
	for _, hit := range v.Fired {
		decider.Done(hit)
		events = append(events, transcript.Event{
			Conn: p.n, Direction: d, Kind: transcript.Fault, Offset: v.Number, Peer: p.text,
			Rule: hit.Rule, Text: hit.Text,
		})
	}
	return events
}
