package scenarios

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// evidence is what a server can say of an exchange.
type evidence struct {
	report fault.Report
	draws  bool
	record transcript.Transcript
	beside string // the record of the other medium's server; empty: there is none
}

// String returns the evidence for people.
func (e evidence) String() string {
	seed := ""
	if e.draws {
		seed = fmt.Sprintf("to rerun with the same draws: FAKEWIRE_SEED=%#x\n", e.report.Seed)
	}
	return e.report.String() + seed + e.record.String() + e.beside
}

// evidenced is an error with the evidence for it, which Run shows once, at the
// end.
type evidenced struct {
	error
	evidence evidence
}

func (e *evidenced) Unwrap() error { return e.error }
