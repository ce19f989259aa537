package fakeserver

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// maxWanted is how much of what was wanted an error shows.
const maxWanted = 64

// mismatch says that what came is not what was recorded, or if ended says why, that no more comes.
func (pl *player) mismatch(ended string) error {
	c, d := pl.chk, pl.part.dialogue
	m := &MismatchError{
		Step:   fmt.Sprintf("%s, %s", pl.p.where(d), c.message()),
		Offset: pl.base + c.got,
		Want:   c.wanted(),
		Got:    slices.Clone(c.pending[:min(len(c.pending), 4*maxGot)]),
		Ended:  ended,
	}
	if ended != "" {
		m.Offset += int64(len(c.pending))
		m.Want, m.Got = c.wantedAt(c.tentative()), nil
	}
	m.Detail = pl.diff()
	return m
}

// message returns which message the client was in.
func (c *checker) message() string {
	n, _ := slices.BinarySearch(c.x.starts, c.want+1)
	if c.inRun {
		n, _ = slices.BinarySearch(c.x.starts, c.want+c.length)
	}
	return fmt.Sprintf("message %d of %d", max(1, n), len(c.x.starts))
}

// tentative returns where the client is if its stream ends here.
func (c *checker) tentative() position {
	p := c.position
	if len(c.pending) > 0 {
		c.lookAhead(&p)
	}
	return p
}

// wanted returns in words what was wanted where the client is.
func (c *checker) wanted() string { return c.wantedAt(c.position) }

func (c *checker) wantedAt(p position) string {
	x, want, i := c.x, p.want, p.run
	if p.inRun {
		r := x.runs[i]
		if left := r.to - r.from - p.length; r.isFixed && left > 0 {
			return fmt.Sprintf("%s more that may be any", human.Count(int(left), "byte"))
		}
		want, i = r.to, i+1
	}
	end := int64(len(x.data))
	if i < len(x.runs) {
		if end = x.runs[i].from; end == want && want < int64(len(x.data)) {
			return "what may be any there, as it was recorded " + quoteShort(x.data[want:x.runs[i].to])
		}
	}
	if want == end {
		return "nothing more"
	}
	if i, _ := slices.BinarySearch(x.starts, want+1); i < len(x.starts) {
		end = min(end, x.starts[i])
	}
	return quoteShort(x.data[want:end])
}

// quoteShort quotes p, or the beginning of it.
func quoteShort(p []byte) string {
	text := p[:min(len(p), maxWanted)]
	if more := len(p) - len(text); more > 0 {
		return fmt.Sprintf("%q … %s more", text, human.CountGrouped(more, "byte"))
	}
	return strconv.Quote(string(text))
}

// diff returns the lines of transcript.Diff that show what differs; empty, if there are none.
func (pl *player) diff() string {
	c := pl.chk
	ignore := ignoringOf(pl.p.Ignore, pl.p.carries, c.x)
	text := transcript.Comparison{A: "want", B: "got", Ignore: ignore}.Diff(asRecord(c.x.data), asRecord(pl.came()))
	_, lines, _ := strings.Cut(text, "\n")
	return lines
}

// came returns what the client has said since the conversation began.
func (pl *player) came() []byte {
	c := pl.chk
	if c.first == 0 {
		return c.kept
	}
	all := pl.c.core.rec.Snapshot().Conn(pl.c.n).FromClient()
	if end := pl.base + c.got + int64(len(c.pending)); end <= int64(len(all)) {
		return all[pl.base:]
	}
	// RecordLimit kept it out of the record: up to where it differs it was as expected.
	end := c.want
	if c.inRun {
		end = c.x.runs[c.run].to
	}
	return slices.Concat(c.x.data[:end], c.pending)
}

// ignoringOf returns what transcript.Diff is to ignore.
func ignoringOf(ignore []transcript.Ignore, carries []*Carry, x *expectation) (all []transcript.Ignore) {
	for _, r := range x.ranges {
		all = append(all, transcript.Ignore{From: r.from, To: r.to})
	}
	for _, c := range x.fixed {
		for _, v := range x.carried[c] {
			all = append(all, transcript.Ignore{From: v.at.from, To: v.at.to})
		}
	}
	for _, i := range ignore {
		if i.Pattern != nil && i.Direction != transcript.ToClient {
			all = append(all, transcript.Ignore{Pattern: i.Pattern})
		}
	}
	for _, c := range carries {
		if c.Request.Pattern != nil {
			all = append(all, transcript.Ignore{Pattern: c.Request.Pattern})
		}
	}
	return all
}

// asRecord returns a record of which bytes are all that a client said.
func asRecord(p []byte) transcript.Transcript {
	rec := record.New(transcript.Header{Network: "tcp"}, 0)
	rec.Add(transcript.Event{Conn: 1, Kind: transcript.Accept})
	if len(p) > 0 {
		rec.Lane(1, transcript.FromClient).Record(p)
	}
	return rec.Snapshot()
}
