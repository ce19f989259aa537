package timeline

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A page is what the templates show. All its texts are harmless as text: see plain. The templates
// escape them as HTML.
type page struct {
	Title   string
	Where   string // network and address
	Sender  string // "conn" or "peer"
	Facts   []fact
	Rerun   string
	Notices []string
	Badges  []badge

	Rules   []ruleRow
	NoRules string // why there are none
	Comment string // of the plan
	RawPlan string // a plan that can't be read

	Conns     []connRow
	MoreConns int // which Conns lacks

	Head     []label // of the lanes
	Width    string  // the class for how wide all lanes are
	Sections []section
	Folds    int
	Lives    [][3]int

	Policy string
	Style  template.CSS
	Script template.JS
}

// TitleParts returns the title, cut where a line may end.
func (p *page) TitleParts() (parts []string) {
	rest := p.Title
	for {
		at := strings.IndexAny(rest, "/_")
		if at < 0 {
			return append(parts, rest)
		}
		parts, rest = append(parts, rest[:at+1]), rest[at+1:]
	}
}

// A fact is a line of the page's head.
type fact struct{ Name, Value string }

// A badge is a count of something that stands out.
type badge struct{ Class, Text string }

// A builder makes a page of a recording.
type builder struct {
	rec      transcript.Recording
	tr       transcript.Transcript
	plans    plans
	sum      summary
	lanes    lanes
	kept     kept
	cutBytes int64 // bytes of data that the page lacks
	page     *page
}

// newPage returns what the page of rec shows, with at most so many events.
func newPage(rec transcript.Recording, events int) *page {
	b := &builder{rec: rec, tr: rec.Transcript, page: &page{Policy: policy(), Style: template.CSS(style()), Script: template.JS(script())}}
	b.sum, b.kept = summarize(b.tr), choose(b.tr, events)
	b.plans = readPlans(rec, b.sum.datagrams)
	b.lanes = newLanes(slices.DeleteFunc(slices.Clone(b.sum.order), func(n int) bool { return b.kept.lives[n][0] == 0 }))
	b.addHead()
	b.addRules()
	b.addConns()
	b.addDiagram()
	b.addNotices()
	return b.page
}

// sender is what the record's numbers count.
func (b *builder) sender() string {
	if b.sum.datagrams {
		return "peer"
	}
	return "conn"
}

func (b *builder) addHead() {
	p, h, o := b.page, b.tr.Header(), b.rec.Origin
	p.Sender = b.sender()
	p.Where = human.Escape(h.Network + " " + h.Address)
	switch {
	case o.Test != "":
		p.Title = human.Escape(o.Test)
	case h.Name != "":
		p.Title = human.Escape(h.Name)
	default:
		p.Title = p.Where
	}
	p.Rerun = human.Escape(o.Rerun)
	add := func(name, value string) { p.Facts = append(p.Facts, fact{name, value}) }
	if h.Name != "" && h.Name != o.Test {
		add("Server", human.Escape(h.Name))
	}
	add("Address", p.Where)
	if !h.Start.IsZero() {
		add("Started", h.Start.UTC().Format("2006-01-02 15:04:05.000 MST"))
	}
	add("Lasted", duration(b.sum.last))
	add("Events", human.Grouped(b.sum.events))
	add(map[bool]string{false: "Connections", true: "Peers"}[b.sum.datagrams], human.Grouped(int64(len(b.sum.order))))
	add("From clients", b.amount(transcript.FromClient))
	add("To clients", b.amount(transcript.ToClient))
	if o.Seed != 0 {
		add("Seed", strconv.FormatUint(o.Seed, 10))
	}
	b.addBadges()
}

// amount says how much there was of one direction.
func (b *builder) amount(d transcript.Direction) string {
	var bytes, datagrams int64
	for _, n := range b.sum.order {
		c := b.sum.conns[n]
		bytes, datagrams = bytes+c.bytes[d], datagrams+c.datagrams[d]
	}
	if b.sum.datagrams {
		return human.CountGrouped(datagrams, "datagram") + ", " + human.Size(bytes)
	}
	return human.Size(bytes)
}

// addBadges says what stands out.
func (b *builder) addBadges() {
	add := func(class string, n int64, text string) {
		if n > 0 {
			b.page.Badges = append(b.page.Badges, badge{class, text})
		}
	}
	k := b.sum.kinds
	add("fault", k[transcript.Fault], human.CountGrouped(k[transcript.Fault], "fault"))
	add("fault", k[transcript.RST], human.CountGrouped(k[transcript.RST], "reset"))
	add("fault", k[transcript.Error], human.CountGrouped(k[transcript.Error], "error"))
	add("fault", b.tr.Drops(), human.CountGrouped(b.tr.Drops(), "datagram")+" dropped by the kernel")
	add("hold", k[transcript.Refused], human.CountGrouped(k[transcript.Refused], "refusal"))
	add("hold", b.sum.unread, human.CountGrouped(b.sum.unread, "byte")+" never read")
	add("hold", b.sum.undelivered, human.CountGrouped(b.sum.undelivered, "datagram")+" undelivered")
}

// addNotices says what the page lacks.
func (b *builder) addNotices() {
	add := func(format string, args ...any) {
		b.page.Notices = append(b.page.Notices, fmt.Sprintf(format, args...))
	}
	if b.rec.Report == nil {
		add("This record was cut off: it does not say what became of the rules, nor what came later.")
	}
	if n := b.tr.Omitted(transcript.FromClient) + b.tr.Omitted(transcript.ToClient); n > 0 {
		add("The server counted %s that its RecordLimit did not keep.", human.CountGrouped(n, "byte"))
	}
	if n := b.kept.leftOut; n > 0 {
		add("%s of the middle are left out of this page. The record’s .jsonl file has them.", human.CountGrouped(n, "event"))
	}
	if n := b.cutBytes; n > 0 {
		add("Of long data this page has the beginning: %s are left out. The record’s .jsonl file has them.", human.CountGrouped(n, "byte"))
	}
}

// summary is what one look at all events tells.
type summary struct {
	events    int64
	last      time.Duration
	kinds     map[transcript.Kind]int64
	order     []int // the numbers of the connections, in their order
	conns     map[int]*connSum
	datagrams bool

	unread, undelivered int64 // bytes, and datagrams
}
