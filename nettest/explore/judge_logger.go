package explore

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// An arrival is a line of a logger, or a part of one, in the collector's record.
type arrival struct {
	conn     int
	caller   int
	n        int
	whole    bool
	atTheEnd bool // of the connection: what is missing may have been cut off
}

// arrivals returns the lines in a record, connection by connection.
func (j judge) arrivals(t transcript.Transcript) (all []arrival) {
	size := cmp.Or(j.cfg.LineBytes, DefaultLineBytes)
	if t.Header().IsOfDatagrams() {
		size = min(size, maxDatagramLine)
	}
	for conn := 1; conn <= t.Conns(); conn++ {
		for _, data := range pieces(t.Conn(conn)) {
			for rest := data; ; {
				at := bytes.Index(rest, []byte(lineMark))
				if at < 0 {
					break
				}
				rest = rest[at:]
				a := arrival{conn: conn}
				if k, _ := fmt.Sscanf(string(rest[:min(len(rest), 40)]), lineMark+"%d.%d.", &a.caller, &a.n); k == 2 {
					a.whole = bytes.HasPrefix(rest, []byte(lineOf(a.caller, a.n, size)))
				}
				next := bytes.Index(rest[1:], []byte(lineMark))
				a.atTheEnd = next < 0
				all = append(all, a)
				rest = rest[1:]
			}
		}
	}
	return all
}

// allThere reports whether each line of each caller has arrived.
func (r *runner) allThere(t transcript.Transcript) bool {
	there := map[[2]int]bool{}
	for _, a := range (judge{cfg: r.cfg}).arrivals(t) {
		if a.whole {
			there[[2]int{a.caller, a.n}] = true
		}
	}
	return len(there) >= cmp.Or(r.cfg.Lines, DefaultLines)*r.cfg.callers()
}

// pieces returns what one connection's client sent, or one peer's datagrams.
func pieces(conn transcript.Transcript) [][]byte {
	if conn.Header().IsOfDatagrams() {
		return conn.Datagrams(transcript.FromClient)
	}
	return [][]byte{conn.FromClient()}
}

// lost looks for lines that were taken without an error and never arrived, though they were logged when
// whatever had gone wrong was over. What was under way when it broke is nobody's fault.
func (j judge) lost(o Outcome) (all []Breach) {
	over, ok := o.healed()
	if !ok || o.end != returned || o.reported || slices.ContainsFunc(o.Steps, func(s Step) bool { return s.Err != nil }) {
		return nil
	}
	there := map[[2]int]bool{}
	for _, a := range o.lines {
		if a.whole {
			there[[2]int{a.caller, a.n}] = true
		}
	}
	var missing []string
	for _, s := range o.Steps {
		if s.Name == "line" && s.Began > over && !there[[2]int{s.Caller, s.N}] {
			missing = append(missing, s.String())
		}
	}
	if len(missing) == 0 {
		return nil
	}
	text := fmt.Sprintf("%s never arrived: nothing said so, and they were logged when all was well again", strings.Join(missing, ", "))
	return []Breach{{Lost, "lines", text}}
}

// healed returns when a logger had had time to notice that its connection had ended, and the
// collector was there again. It is not ok for plans of which no logger without acknowledgements can
// know.
func (o Outcome) healed() (at time.Duration, ok bool) {
	if !o.fired() {
		return 0, false
	}
	var lasts time.Duration
	ends := false
	for _, r := range o.Plan.Rules {
		switch f := r.Fault.(type) {
		case fault.Slice, fault.Latency:
			continue
		case fault.Stall:
			if f.For == 0 {
				return 0, false
			}
			continue
		case fault.Close, fault.Reset, fault.Exit:
		case fault.Restart:
			if f.For == fault.Forever {
				return 0, false
			}
			lasts = max(lasts, f.For)
		case fault.Down:
			if f.For == fault.Forever {
				return 0, false
			}
			lasts = max(lasts, f.For)
		default:
			return 0, false
		}
		if ends = true; len(r.Conns.Only) == 0 {
			return 0, false
		}
	}
	if !ends {
		return -1, true
	}
	for e := range o.Transcript.Kind(transcript.Fault).All() {
		at = max(at, e.At)
	}
	return at + lasts + linePause/2, true
}

// torn looks for parts of lines where nothing was cut off.
func (j judge) torn(o Outcome) []Breach {
	if changesBytes(o.Plan) {
		return nil
	}
	for _, a := range o.lines {
		if !a.whole && !a.atTheEnd {
			return []Breach{{Torn, "line", fmt.Sprintf("line %d arrived on connection %d without its end, and others after it", a.n, a.conn)}}
		}
	}
	if tail := j.tails(o.Transcript); tail > 0 {
		return []Breach{{Torn, "line", fmt.Sprintf("connection %d begins with the end of a line", tail)}}
	}
	return nil
}

// tails returns a connection that begins with the end of a line; 0: none does.
func (j judge) tails(t transcript.Transcript) int {
	for conn := 1; conn <= t.Conns(); conn++ {
		for _, data := range pieces(t.Conn(conn)) {
			end, mark := bytes.Index(data, []byte("x.end")), bytes.Index(data, []byte(lineMark))
			if end >= 0 && (mark < 0 || end < mark) {
				return conn
			}
		}
	}
	return 0
}

// outOfOrder looks for lines that arrived after later ones, on one connection.
func (j judge) outOfOrder(o Outcome) []Breach {
	if o.Transcript.Header().IsOfDatagrams() {
		return nil
	}
	last := map[[2]int]int{}
	for _, a := range o.lines {
		key := [2]int{a.conn, a.caller}
		if a.whole && a.n < last[key] {
			return []Breach{{OutOfOrder, "line", fmt.Sprintf("line %d arrived on connection %d after line %d", a.n, a.conn, last[key])}}
		}
		last[key] = max(last[key], a.n)
	}
	return nil
}

// twice looks for lines that arrived more than once.
func (j judge) linesTwice(o Outcome) []Breach {
	times := map[[2]int]int{}
	for _, a := range o.lines {
		if a.whole {
			times[[2]int{a.caller, a.n}]++
		}
	}
	for key, n := range times {
		if n > 1 {
			return []Breach{{SentTwice, "line", fmt.Sprintf("line %d arrived %d times", key[1], n)}}
		}
	}
	return nil
}
