package timeline

import "github.com/fakewire/fakewire/fakeserver/transcript"

// A mark is how an event looks in the diagram: a glyph, and often a line that leads to it.
type mark struct {
	Glyph string // the symbol's name
	Place string // as placeOf knows it, or "a" for all lanes, of what is about the server as a whole
	X     string // of the glyph
	X1    string // of the line; empty: there is none
	X2    string
	Ends  []string // lifelines that begin or end here
	Y1    string   // of those
	Y2    string
}

// placeOf says where a mark is between a connection's lanes, of which 0 is the client's and 1 the server's:
// where its line begins and ends, and where its glyph is. The page's script has the same table.
func placeOf(place string) (from, to, glyph float64) {
	switch place {
	case "r": // from the client, and it arrives
		return 0, 1, 1
	case "l": // from the server
		return 1, 0, 0
	case "R": // from the client, and it is lost
		return 0, .5, .5
	case "L": // from the server
		return 1, .5, .5
	case "c": // at the client
		return 0, 0, 0
	case "s": // at the server
		return 1, 1, 1
	case "b": // at both
		return 0, 1, .5
	}
	return .5, .5, .5 // "m": between them
}

// toward returns the place of what e's sender sends: key r or l, or R or L where it does not arrive.
func toward(d transcript.Direction, arrives bool) string {
	switch {
	case d == transcript.FromClient && arrives:
		return "r"
	case d == transcript.FromClient:
		return "R"
	case d == transcript.ToClient && arrives:
		return "l"
	case d == transcript.ToClient:
		return "L"
	}
	return "m"
}

// at returns the place of the side that sends: where a fault acts.
func at(d transcript.Direction) string {
	switch d {
	case transcript.FromClient:
		return "c"
	case transcript.ToClient:
		return "s"
	}
	return "m"
}

// head returns the symbol of an arrow's head.
func head(d transcript.Direction) string {
	switch d {
	case transcript.FromClient:
		return "right"
	case transcript.ToClient:
		return "left"
	}
	return "dot"
}

// markOf returns the glyph of e, and its place. The kind is that of the fault of e's rule.
func markOf(e transcript.Event, kind string) (glyph, place string) {
	d := e.Direction
	switch e.Kind {
	case transcript.Accept:
		return "open", "b"
	case transcript.Data, transcript.Datagram:
		return head(d), toward(d, true)
	case transcript.Discarded:
		return "ring", toward(d, true)
	case transcript.FIN:
		return "fin", toward(d, true)
	case transcript.RST:
		return "cross", toward(d, true)
	case transcript.Close:
		return "square", "s"
	case transcript.Unread:
		return "ring", "s"
	case transcript.Unsent, transcript.FINUnsent, transcript.DatagramUnsent, transcript.Undelivered:
		return "lost", toward(d, false)
	case transcript.Fault:
		return markOfFault(d, kind)
	case transcript.Drop:
		return "lost", placeOr(e, "R")
	case transcript.Refused:
		return "barred", placeOr(e, "s")
	case transcript.Error:
		return "alert", placeOr(e, "s")
	}
	return "dot", placeOr(e, at(d))
}

// placeOr returns the place of what the whole server may do.
func placeOr(e transcript.Event, place string) string {
	if e.Conn == 0 {
		return "a"
	}
	return place
}

func markOfFault(d transcript.Direction, kind string) (glyph, place string) {
	switch kind {
	case "hold", "stall":
		return "pause", at(d)
	case "loss", "burst-loss", "blackhole":
		return "lost", toward(d, false)
	}
	return "fault", at(d)
}

// setMark sets the mark of a row about e, which may be where a connection's lifelines begin or end.
func (b *builder) setMark(r *row, e transcript.Event) {
	m := &r.Mark
	m.Glyph, m.Place = markOf(e, b.plans.kinds[e.Rule])
	if e.Conn == 0 {
		m.Place = "a"
	}
	if m.Place == "a" {
		m.X, m.X1, m.X2 = "50%", "0%", "100%"
		return
	}
	from, to, glyph := placeOf(m.Place)
	m.X = percent(b.lanes.offset(e.Conn, glyph))
	if from != to && len(b.lanes.order) <= maxPairs {
		m.X1, m.X2 = percent(b.lanes.offset(e.Conn, from)), percent(b.lanes.offset(e.Conn, to))
	}
	life := b.kept.lives[e.Conn]
	if life[0] == life[1] || e.Seq != life[0] && e.Seq != life[1] {
		return
	}
	m.Y1, m.Y2 = "14", "100%"
	if e.Seq == life[1] {
		m.Y1, m.Y2 = "0", "14"
	}
	m.Ends = []string{percent(b.lanes.offset(e.Conn, 0)), percent(b.lanes.offset(e.Conn, 1))}
}
