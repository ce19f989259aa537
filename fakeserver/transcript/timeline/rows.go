package timeline

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A row is an event in the diagram and the list in one.
type row struct {
	Seq     int64
	Conn    int
	Sender  string // "conn" or "peer"
	Time    string // in seconds
	Delta   string // since the row before
	Class   string
	Label   string // what stands out: "RST"; empty for data
	Way     string // "from client"
	Preview string // the first bytes
	Words   string
	RuleID  int
	Rule    string
	Mark    mark

	Dump string // the bytes in lines
	Hex  bool   // Dump is hex
	Data string // the same bytes in base64
	From int64  // the offset of the first
	Cut  string // what is left out of the bytes

	plain bool
	event transcript.Kind
	size  int64
}

// row returns the row of e, which is that long after the one before; zero, if there is none.
func (b *builder) row(e transcript.Event, after time.Duration) *row {
	r := &row{Seq: e.Seq, Conn: e.Conn, Sender: b.sender(), Time: fmt.Sprintf("%.6f", e.At.Seconds()), plain: isPlain(e), event: e.Kind, size: e.Size()}
	if after > 0 {
		r.Delta = "+" + duration(after)
	}
	r.Way = map[transcript.Direction]string{transcript.FromClient: "from client", transcript.ToClient: "to client"}[e.Direction]
	r.Class = b.classOf(e)
	r.Label = b.labelOf(e)
	if e.Rule != "" {
		r.Rule, r.RuleID = human.Escape(e.Rule), b.plans.ids[e.Rule]
	}
	r.Words = b.wordsOf(e)
	if len(e.Data) > 0 {
		r.Preview = preview(e.Data)
		b.addData(r, e)
	}
	b.setMark(r, e)
	return r
}

// addData gives a row the bytes of its event, or as many of them as there is room for.
func (b *builder) addData(r *row, e transcript.Event) {
	p := e.Data[:min(len(e.Data), b.kept.maxBytes)]
	if left := int64(len(e.Data) - len(p)); left > 0 {
		b.cutBytes += left
		r.Cut = fmt.Sprintf("These are the first %s of %s. The record’s .jsonl file has the rest.", human.Grouped(int64(len(p))), human.CountGrouped(int64(len(e.Data)), "byte"))
	}
	if e.Kind != transcript.Datagram {
		r.From = e.Offset
	}
	r.Dump, r.Hex, r.Data = dump(r.From, p), !human.IsText(p), base64.StdEncoding.EncodeToString(p)
}

// classOf returns the classes of a row: which side's color it has, or what it is besides.
func (b *builder) classOf(e transcript.Event) string {
	switch e.Kind {
	case transcript.Fault:
		if kind := b.plans.kinds[e.Rule]; kind == "hold" || kind == "stall" {
			return "hold"
		}
		return "bad"
	case transcript.RST, transcript.Error, transcript.Drop:
		return "bad"
	case transcript.Unread, transcript.Discarded, transcript.Unsent, transcript.FINUnsent, transcript.DatagramUnsent, transcript.Undelivered, transcript.Refused:
		return "hold"
	case transcript.Note, transcript.Close, transcript.Accept:
		return "quiet"
	}
	if e.Direction == transcript.FromClient {
		return "from"
	}
	return "to"
}

// labelOf returns the label of what is no plain data.
func (b *builder) labelOf(e transcript.Event) string {
	switch e.Kind {
	case transcript.Data, transcript.Datagram:
		return ""
	case transcript.Fault:
		if kind := b.plans.kinds[e.Rule]; kind != "" {
			return "fault: " + kind
		}
	case transcript.FIN, transcript.RST:
		return strings.ToUpper(e.Kind.String())
	case transcript.FINUnsent:
		return "FIN unsent"
	case transcript.DatagramUnsent:
		return "unsent"
	}
	return e.Kind.String()
}

// wordsOf returns the rest of what is to be said of e.
func (b *builder) wordsOf(e transcript.Event) string {
	var words []string
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	switch e.Kind {
	case transcript.Data, transcript.Discarded, transcript.Datagram:
		b.addSize(e, add)
	case transcript.Accept:
		add("%s", e.Peer)
	case transcript.FIN:
		add("end of the stream at byte %d", e.Offset)
	case transcript.RST:
		add("the %s reset the connection at byte %d", map[bool]string{true: "client", false: "server"}[e.Direction == transcript.FromClient], e.Offset)
		if e.Count > 0 {
			add("%s never reached the client", human.CountGrouped(e.Count, "byte"))
		}
	case transcript.Close:
		add("the server closed its socket")
	case transcript.Unread:
		add("%s", human.CountGrouped(e.Count, "byte"))
	case transcript.Unsent:
		add("%s did not leave", human.CountGrouped(e.Count, "byte"))
	case transcript.FINUnsent:
		add("the FIN did not leave")
	case transcript.DatagramUnsent:
		add("datagram %d did not leave", e.Offset)
	case transcript.Undelivered:
		add("%s, from number %d on", human.CountGrouped(e.Count, "datagram"), e.Offset)
	case transcript.Drop:
		add("%s", human.CountGrouped(e.Count, "datagram"))
	case transcript.Fault, transcript.Note:
		b.addWhere(e, add)
	}
	if e.AtClose {
		add("when the server was closed")
	}
	if e.Times > 1 && e.Size() == 0 {
		add("%s times from here on", human.Grouped(e.Times))
	}
	if e.Text != "" {
		add("%s", e.Text)
	}
	return human.Escape(strings.Join(words, " · "))
}

// addSize says how many bytes there were, and where.
func (b *builder) addSize(e transcript.Event, add func(string, ...any)) {
	unit := map[transcript.Direction]string{transcript.FromClient: "read", transcript.ToClient: "write"}[e.Direction]
	if e.Kind == transcript.Datagram {
		unit = "datagram"
		add("datagram %s", human.Grouped(e.Offset))
	}
	size := human.Grouped(e.Size()) + " B"
	if e.Times > 1 {
		size += " in " + human.CountGrouped(e.Times, unit)
	}
	if e.Kind != transcript.Datagram {
		size += " at " + human.Grouped(e.Offset)
	}
	add("%s", size)
	if e.Data == nil && e.Size() > 0 {
		add("not kept")
	}
	if e.Kind == transcript.Discarded {
		add("read after the handler had ended, and thrown away")
	}
}

// addWhere says where a rule acted.
func (b *builder) addWhere(e transcript.Event, add func(string, ...any)) {
	switch {
	case e.Direction == transcript.Neither:
	case e.Peer != "":
		add("datagram %s", human.Grouped(e.Offset))
	default:
		add("at byte %s", human.Grouped(e.Offset))
	}
	if e.Count > 0 {
		add("count %s", human.Grouped(e.Count))
	}
}
