package pcapng

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

const (
	maxOption   = 1<<16 - 1 // bytes of an option: its length is written with 16 bits
	maxText     = 1 << 18   // bytes of what there is to say of one thing
	maxComments = 1 << 20   // bytes of all comments of a block: Wireshark reads blocks of 16 MiB at most
	continued   = "(continued) "
)

// split cuts text into comments that are short enough to be one, each UTF-8. Wireshark ends a text at
// a zero.
func split(text string) (parts []string) {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", `\x00`), "\uFFFD")
	for len(text) > maxOption {
		n := maxOption
		for !utf8.RuneStart(text[n]) {
			n--
		}
		parts = append(parts, text[:n])
		text = continued + text[n:]
	}
	return append(parts, text)
}

// comments are those of one block.
type comments struct {
	texts []string
	size  int
	more  int64 // how many there is no room for
	last  int64 // the Seq of the last of them; zero: they are not of events
}

func (c *comments) add(text string, seq int64) {
	if len(text) > maxText {
		n := maxText
		for !utf8.RuneStart(text[n]) && n > maxText-utf8.UTFMax {
			n--
		}
		text = fmt.Sprintf("%s … and %d bytes more: the recording has them", text[:n], len(text)-n)
	}
	if c.size += len(text); c.more > 0 || c.size > maxComments {
		c.more, c.last = c.more+1, seq
		return
	}
	c.texts = append(c.texts, text)
}

// all returns the comments, and says what is not among them.
func (c *comments) all() []string {
	switch {
	case c.more == 0:
		return c.texts
	case c.last == 0:
		return append(c.texts, fmt.Sprintf("and %d more comments, for which there is no room here", c.more))
	}
	return append(c.texts, fmt.Sprintf("and %d more events up to event %d, for which there is no room here: the recording has them", c.more, c.last))
}

// comments returns what there is to say on the packet of e: what came before it that is no packet; and if it is
// the last one of its connection, or of all, what comes after it.
func (c *capture) comments(e transcript.Event, n *conn) []string {
	var all comments
	last, mine := c.outlook.packets[e.Conn], c.record.Conn(e.Conn)
	if c.waiting > 0 {
		c.tell(&all, c.record, c.waiting, e.Seq, c.isOfNone)
	}
	if n.waiting > 0 {
		c.tell(&all, mine, n.waiting, e.Seq, everything)
	}
	c.waiting, n.waiting = 0, 0
	all.add(c.describe(e), e.Seq)
	if e.Seq == last {
		c.tell(&all, mine, e.Seq+1, math.MaxInt64, everything)
	}
	if e.Seq == c.outlook.last {
		c.tell(&all, c.record, e.Seq+1, math.MaxInt64, c.isOfNone)
	}
	return all.all()
}

// tell adds the events of t from one Seq on to before another that are no packets, and that among chooses.
func (c *capture) tell(all *comments, t transcript.Transcript, from, to int64, among func(transcript.Event) bool) {
	for e := range t.After(from - 1).All() {
		if e.Seq >= to {
			return
		}
		if among(e) && !c.outlook.isPacket(e) {
			all.add(c.describe(e), e.Seq)
		}
	}
}

func everything(transcript.Event) bool { return true }

// isOfNone reports whether e is of no connection that has packets.
func (c *capture) isOfNone(e transcript.Event) bool { return c.outlook.packets[e.Conn] == 0 }

// describe says what e is, in a comment on its own packet if it has some.
func (c *capture) describe(e transcript.Event) string {
	if e.Data == nil || !c.outlook.isPacket(e) {
		return "event " + strings.TrimSpace(transcript.Printer{Header: c.header}.Line(e)) + c.fate(e)
	}
	mark := "@"
	if e.Kind == transcript.Datagram {
		mark = "#"
	}
	text := fmt.Sprintf("event %d: %v %s%d, %d B", e.Seq, e.Kind, mark, e.Offset, len(e.Data)) // which are there to be seen
	if e.AtClose {
		text += " (at Close)"
	}
	return text + c.fate(e)
}

// fate says how much of e was taken back.
func (c *capture) fate(e transcript.Event) string {
	whole := int64(0)
	switch e.Kind {
	case transcript.Data, transcript.Discarded:
		whole = e.Size()
	case transcript.FIN:
		whole = 1
	case transcript.Datagram:
		whole = max(1, e.Times)
	}
	switch left := c.outlook.left(e); {
	case left == whole || e.Direction == transcript.Neither:
		return ""
	case left == 0:
		return " (it did not leave)"
	default:
		return fmt.Sprintf(" (of which %d left)", left)
	}
}
