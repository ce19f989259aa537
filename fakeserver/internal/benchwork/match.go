package benchwork

import (
	"fmt"
	"io"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// Match is what it costs to look for a match that never comes, against a server that has no rule.
// Both sides are fakeserver.
var Match = Work{
	Name: "Match", What: "32 MiB to the handler, AfterMatch that never acts", Baseline: "the kit without a rule", Slice: 1, Bytes: lateBytes,
	Raw: lateBody(sendToHandler), Kit: lateBody(sendToHandler, fault.FromClient(fault.Reset{}).AfterMatch("\n")), Speed: true, Goal: AtLeast(0.9),
}

// MatchText is the same with lines, each of which ends as a match begins.
var MatchText = Work{
	Name: "MatchText", What: "32 MiB of text full of beginnings of a match, likewise", Baseline: "the kit without a rule", Slice: 1, Bytes: lateBytes,
	Raw: lateBody(sendLines), Kit: lateBody(sendLines, textMatch), Speed: true, Goal: AtLeast(0.9),
}

// MatchLooks is the same against a rule that counts, for which the server reads ahead, too, but needs not look at what has arrived
// before it takes it. That is what the two differ in: to search the bytes is a fiftieth of the work.
var MatchLooks = Work{
	Name: "MatchLooks", What: "the same text, likewise", Baseline: "AfterBytes that never acts", Slice: 1, Bytes: lateBytes,
	Raw: lateBody(sendLines, fault.FromClient(fault.Reset{}).AfterBytes(1<<40)), Kit: lateBody(sendLines, textMatch), Speed: true, Goal: AtLeast(0.9),
}

var textMatch = fault.FromClient(fault.Reset{}).AfterMatch("\nEND\n")

func sendLines(clock Clock, plan fault.Plan) error {
	p := make([]byte, 0, sinkWrite)
	for i := 0; len(p)+100 < sinkWrite; i++ {
		p = fmt.Appendf(p, "line %d of a text that is as long as lines of a log are\n", i)
	}
	lines := func(c io.ReadWriter) error {
		for left := lateBytes; left > 0; left -= len(p) {
			if _, err := c.Write(p[:min(left, len(p))]); err != nil {
				return err
			}
		}
		return nil
	}
	return withServer(plan, func(c io.ReadWriter) error { return receiveLate(clock, c) }, lines)
}
