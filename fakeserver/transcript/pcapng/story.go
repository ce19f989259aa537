package pcapng

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// begin writes what comes before all packets: what this is a capture of, and what became of the rules.
func (c *capture) begin(rec transcript.Recording) {
	about := c.origin(rec)
	if c.outlook.last == 0 { // there is no packet for them to be on
		c.tell(about, c.record, 1, math.MaxInt64, everything)
	}
	c.file.section(about.all())
	c.file.wire(c.header.String(), c.stands())
	if _, standsIn := server(c.header); standsIn {
		c.file.name(c.server.Addr(), hostName(c.header.Address, "server"))
	}
}

// origin says how the recording came about, a comment for each thing.
func (c *capture) origin(rec transcript.Recording) *comments {
	var all comments
	add := func(format string, args ...any) { all.add(strings.TrimRight(fmt.Sprintf(format, args...), "\n"), 0) }
	o := rec.Origin
	add("fakewire: made of the recording of %s: %d events", c.header, c.record.Len())
	if o.Test != "" {
		add("test: %s", o.Test)
	}
	if o.Rerun != "" {
		add("run it again: %s", o.Rerun)
	}
	if o.Seed != 0 {
		add("seed: %#x", o.Seed)
	}
	for _, text := range outcomes(rec.Report) {
		add("%s", text)
	}
	if len(o.Plan) > 0 {
		add("plan: %s", o.Plan)
	}
	for _, change := range rec.Changes {
		add("plan after event %d: %s", change.After, change.Plan)
	}
	if !isTellable(c.header.Start) {
		add("the recording does not say when it began: its times begin in 1970")
	}
	return &all
}

// outcomes says what became of the rules, a text for each.
func outcomes(report []byte) []string {
	if len(report) == 0 {
		return []string{"what became of the rules is not told"}
	}
	var r fault.Report
	if err := r.UnmarshalJSON(report); err != nil {
		return []string{fmt.Sprintf("what became of the rules can't be read: %v: %s", err, report)}
	}
	if len(r.Rules) == 0 {
		return []string{"there were no rules"}
	}
	return slices.Collect(strings.Lines(r.String()))
}

// stands says what the addresses of packets are.
func (c *capture) stands() []string {
	if _, standsIn := server(c.header); !standsIn {
		return []string{"packets were made of events: addresses are as recorded, sequence numbers say the connection and the offset"}
	}
	return []string{fmt.Sprintf("packets were made of events: %v stands for the server at %q, addresses in %v for its clients", c.server, c.header.Address, clientStandIn)}
}
