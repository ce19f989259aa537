package explore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// failedVariable is the environment variable that replaces Config.Failed.
const failedVariable = "FAKEWIRE_FAILED"

// How much is tried where a run that failed differs from a healthy one.
const (
	maxSpots = 4  // places where it differs, the first ones
	maxNear  = 24 // plans that act near the first of them
)

// failedFile returns the recording of a run that failed; "": there is none.
func (c Config) failedFile() string {
	if c.IgnoreEnv {
		return c.Failed
	}
	return cmp.Or(os.Getenv(failedVariable), c.Failed)
}

// fromFailed tries first what is near to where the recording of a run that failed differs from a healthy run: the run's own plan, then at the
// places themselves what the recording shows there, and then what the first waves have, the nearest first. It belongs to wave 0.
func (s *search) fromFailed(ctx context.Context) error {
	name := s.cfg.failedFile()
	if name == "" {
		return nil
	}
	f, err := s.readFailed(name)
	if err != nil {
		return fmt.Errorf("%w: Failed: %w", ErrConfig, err)
	}
	if len(f.plan.Rules) > 0 {
		if _, err := s.attempt(ctx, candidate{plan: f.plan}); err != nil {
			return err
		}
	}
	if len(f.spots) == 0 {
		s.notes = append(s.notes, name+" differs from a healthy run in nothing that passed on the wire: the search begins as without it")
		return nil
	}
	s.notes = append(s.notes, fmt.Sprintf("the search began where %s first differs from a healthy run: %v", name, f.spots[0].what))
	return s.tryWave(ctx, f.candidates(s.profile, s.medium))
}

// A failure is what a recording of a run that failed tells.
type failure struct {
	plan    fault.Plan // that the run had
	healthy transcript.Transcript
	spots   []spot // where it differs, as they came
}

// A spot is where a run that failed differs from a healthy one.
type spot struct {
	place  place
	ending transcript.Ending // of that direction, in the run that failed
	what   string            // the difference, in words
}

// readFailed reads a recording of a run that failed, and compares it.
func (s *search) readFailed(name string) (failure, error) {
	rec, err := transcript.ReadFile(name)
	if errors.Is(err, transcript.ErrCutOff) && rec.Transcript.Len() > 0 {
		s.notes = append(s.notes, err.Error())
	} else if err != nil {
		return failure{}, err
	}
	if rec.Transcript.Header().IsOfDatagrams() != (s.medium == fault.Datagrams) {
		return failure{}, fmt.Errorf("%s is of %s, which is not what this test explores", name, rec.Transcript.Header().Network)
	}
	f := failure{}
	healthy, err := transcript.Read(strings.NewReader(s.profile.Record))
	if s.cfg.Healthy != "" {
		healthy, err = transcript.ReadFile(s.cfg.Healthy)
	}
	if err != nil {
		return failure{}, err
	}
	f.healthy = healthy.Transcript
	if len(rec.Origin.Plan) > 0 {
		if f.plan, err = fault.ParsePlan(rec.Origin.Plan); err != nil {
			return failure{}, fmt.Errorf("%s: its plan: %w", name, err)
		}
	}
	f.spots = spotsOf(f.healthy, rec.Transcript, s.profile.unsteady())
	return f, nil
}

// unsteady is what may differ between two healthy runs.
func (p profile) unsteady() (all []transcript.Ignore) {
	for _, s := range p.Streams {
		if s.Same < s.Length {
			from := s.Same
			for _, m := range s.Messages {
				if m.From <= from && from < m.To {
					from = m.From // a number that counts up begins with the same digits, mostly
				}
			}
			if s.Datagrams {
				from++ // they count from 1
			}
			all = append(all, transcript.Ignore{Conn: s.Conn, Direction: s.Direction, From: from, To: math.MaxInt64})
		}
	}
	return all
}

// spotsOf returns where a run that failed differs from a healthy one, in the order in which that came about there. A fault that acted is
// told by what it did.
func spotsOf(healthy, failed transcript.Transcript, unsteady []transcript.Ignore) (all []spot) {
	came := map[place]int{}
	ignore := append(slices.Clone(unsteady), transcript.Ignore{Faults: true})
	c := transcript.Comparison{A: "healthy", B: "failed", Ignore: ignore}
	for d := range c.Differences(healthy, failed) {
		at := place{conn: d.Conn, direction: d.Direction, at: d.A.Offset}
		switch d.Aspect {
		case transcript.InDatagrams:
			at.at = max(at.at-1, 0) // a place is after so many
		case transcript.InEndings:
			at.at = min(at.at, d.B.Offset) // what is ignored need not be as long
		}
		if _, known := came[at]; known || d.A.Absent && d.Aspect == transcript.InConns {
			continue // a connection that is one more is what came of something
		}
		came[at] = moment(failed, d)
		all = append(all, spot{at, failed.Conn(d.Conn).Ending(d.Direction), strings.TrimSpace(d.String())})
	}
	slices.SortStableFunc(all, func(a, b spot) int { return cmp.Compare(came[a.place], came[b.place]) })
	return all[:min(len(all), maxSpots)]
}

// moment returns after how many events of the run that failed a difference showed.
func moment(failed transcript.Transcript, d transcript.Difference) int {
	n, last := 0, math.MaxInt
	for e := range failed.All() {
		n++
		if e.Conn != d.Conn || d.Direction != transcript.Neither && e.Direction != d.Direction && e.Kind != transcript.Close {
			continue
		}
		last = n
		switch {
		case d.Aspect == transcript.InEndings && (e.Kind == transcript.FIN || e.Kind == transcript.RST || e.Kind == transcript.Close):
			return n
		case d.Aspect == transcript.InBytes && !d.B.Absent && e.Offset+e.Size() > d.B.Offset:
			return n
		case d.Aspect == transcript.InDatagrams && e.Offset >= d.B.Offset:
			return n
		}
	}
	return last
}

// candidates returns what to try, each once.
func (f failure) candidates(p profile, m fault.Medium) (all []candidate) {
	w := newWay(f.healthy)
	near := slices.Concat(p.waves()...)
	if m == fault.Datagrams {
		near = slices.Concat(p.packets()...)
	}
	from := w.position(f.spots[0].place)
	near = slices.DeleteFunc(near, func(c candidate) bool { return w.of(c, p) < 0 })
	slices.SortStableFunc(near, func(a, b candidate) int {
		return cmp.Compare(distance(w.of(a, p), from), distance(w.of(b, p), from))
	})
	near = near[:min(len(near), maxNear)]
	if m == fault.Datagrams {
		return near
	}
	for i, s := range f.spots {
		if all = append(all, s.kinds(p).at(s.place, 0)...); i == 0 {
			all = append(all, near...)
		}
	}
	return all
}

// kinds is what may have happened at a spot: first what its ending says.
func (s spot) kinds(p profile) kinds {
	all := p.broken()
	likely := func(f fault.Fault) bool {
		switch f.(type) {
		case fault.Reset:
			return s.ending == transcript.ByRST
		case fault.Close, fault.Exit, fault.Restart:
			return s.ending == transcript.ByFIN || s.ending == transcript.ByClose
		case fault.Stall:
			return s.ending == transcript.StillOpen
		}
		return false
	}
	slices.SortStableFunc(all, func(a, b fault.Fault) int {
		switch {
		case likely(a) == likely(b):
			return 0
		case likely(a):
			return -1
		}
		return 1
	})
	return all
}

func distance(a, b int) int { return max(a-b, b-a) }

// A way is the events of a healthy record, by which it is told how far two places are from each other.
type way map[place][]milestone // of each direction of each connection; the places' at is 0

// A milestone is how far a direction had got after so many events of the record.
type milestone struct {
	events int
	at     int64
}

func newWay(t transcript.Transcript) way {
	w := way{}
	events := 0
	for e := range t.All() {
		events++
		m := milestone{events, e.Offset}
		switch e.Kind {
		case transcript.Data, transcript.Discarded:
			m.at += e.Size()
		case transcript.Datagram, transcript.Accept:
		default:
			continue
		}
		key := place{conn: e.Conn, direction: e.Direction}
		w[key] = append(w[key], m)
	}
	return w
}

// position returns after how many events a place is reached; -1: it is of a connection that there is not.
func (w way) position(p place) int {
	accepted := w[place{conn: p.conn}]
	all := w[place{conn: p.conn, direction: p.direction}]
	switch i := slices.IndexFunc(all, func(m milestone) bool { return m.at >= p.at }); {
	case p.at == 0 && len(accepted) > 0:
		return accepted[0].events
	case i >= 0:
		return all[i].events
	case len(all) > 0:
		return all[len(all)-1].events
	case len(accepted) > 0:
		return accepted[0].events
	}
	return -1
}

// of returns after how many events a candidate acts first; -1: it acts nowhere in particular.
func (w way) of(c candidate, p profile) int {
	r := c.plan.Rules[0]
	if len(r.Conns.Only) != 1 || r.Direction == fault.ServerStart {
		return -1
	}
	at := place{conn: r.Conns.Only[0], direction: r.Direction, at: max(r.After.Bytes, r.After.Datagrams)}
	if n := r.After.Writes; n > 0 {
		i := slices.IndexFunc(p.Streams, func(s stream) bool { return s.Conn == at.conn && s.Direction == at.direction })
		if i < 0 || n > int64(len(p.Streams[i].Writes)) {
			return -1
		}
		at.at = p.Streams[i].Writes[n-1]
	}
	return w.position(at)
}
