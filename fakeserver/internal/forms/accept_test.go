package forms_test

import (
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/match"
)

// A handler that began late, in one of two runs that are the same byte by byte, is a difference: of the records, and of one
// and the other's file.
func TestDifferenceIsWhatActedOnAccept(t *testing.T) {
	run := func(rules ...fault.Rule) transcript.Recording {
		srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: fault.Plan{Rules: rules}})
		wantNil(t, err)
		converse(t, srv)
		return srv.Recording()
	}
	healthy, late := run(), run(fault.OnAccept(fault.Stall{For: time.Millisecond}).OnConn(2).Named("late"))
	if got, want := transcript.Diff(healthy.Transcript, late.Transcript), "conn 2: only b has the fault late\n"; got != want {
		t.Errorf("the difference is %q, want %q", got, want)
	}
	name := t.TempDir() + "/healthy.jsonl"
	wantNil(t, healthy.WriteFile(name))
	for _, tt := range []struct {
		rec    transcript.Recording
		ignore []transcript.Ignore
		want   bool
	}{{healthy, nil, true}, {late, nil, false}, {late, []transcript.Ignore{{Conn: 2, Faults: true}}, true}} {
		m := match.MatchTranscript(name, tt.ignore...)
		if got, err := m.Match(tt.rec); got != tt.want || err != nil {
			t.Errorf("it matches: %v, %v; want %v: %s", got, err, tt.want, m.FailureMessage(tt.rec))
		}
	}
}
