package scenarios

import (
	"errors"
	"fmt"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// evidence is what servers can say of an exchange, each for itself.
type evidence []testimony

// A testimony is what one server can say of an exchange.
type testimony struct {
	report     fault.Report
	draws      bool
	record     transcript.Transcript
	beside     string // the record of the other medium's server; empty: there is none
	recordings []transcript.Recording
}

func evidenceOf(servers []fake) (e evidence) {
	for _, srv := range servers {
		t := testimony{report: srv.Report(), draws: srv.plan.Draws(), record: srv.Transcript(), recordings: []transcript.Recording{srv.Recording()}}
		if srv.beside != nil {
			t.beside = srv.beside.Transcript().String()
			t.recordings = append(t.recordings, srv.beside.Recording())
		}
		e = append(e, t)
	}
	return e
}

// String returns the evidence for people.
func (e evidence) String() string {
	var b strings.Builder
	for _, t := range e {
		b.WriteString(t.String())
	}
	return b.String()
}

// String returns the testimony for people.
func (t testimony) String() string {
	seed := ""
	if t.draws {
		seed = fmt.Sprintf("to rerun with the same draws: FAKEWIRE_SEED=%#x\n", t.report.Seed)
	}
	return t.record.Redact(t.report.String()) + seed + t.record.String() + t.beside
}

// redact returns a text without what the servers' records hide.
func (e evidence) redact(text string) string {
	for _, t := range e {
		text = t.record.Redact(text)
	}
	return text
}

// evidenced is an error with the evidence for it, which Run shows once, at the
// end.
type evidenced struct {
	error
	evidence evidence
}

func (e *evidenced) Unwrap() error { return e.error }

// likewise returns another error with the evidence that there is for err.
func likewise(err, another error) error {
	var ev *evidenced
	if errors.As(err, &ev) {
		return &evidenced{another, ev.evidence}
	}
	return another
}
