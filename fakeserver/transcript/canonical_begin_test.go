package transcript_test

import (
	"slices"
	"testing"

	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// begun returns the record of a connection that carried something, before which these rules acted: of no connection
// AtStart, of one OnAccept.
func begun(faults ...Event) Transcript {
	rec := newTestRecorder(0)
	for _, e := range faults {
		e.Kind = Fault
		rec.Add(e)
	}
	rec.Add(Event{Conn: 1, Kind: Accept})
	rec.Lane(1, ToClient).Append(Data, []byte("hi"))
	return rec.Snapshot()
}

// A client that met a stall on accept, or a server that was down, had another run than one that did not.
func TestCanonicalHasTheFaultsBeforeAllBytes(t *testing.T) {
	healthy, late := begun(), begun(Event{Conn: 1, Rule: "late"}, Event{Rule: "down"}, Event{Conn: 1, Rule: "early"})
	c := late.Canonical()
	if c.Equal(healthy.Canonical()) || !c.Equal(begun(Event{Rule: "down"}, Event{Conn: 1, Rule: "early"}, Event{Conn: 1, Rule: "late"}).Canonical()) {
		t.Error("the faults do not count, or their order does")
	}
	want := `server: fault down
conn 1: fault early
conn 1: fault late
conn 1 FromClient: 0 bytes "", ended: still open
conn 1 ToClient: 2 bytes "hi", ended: still open
`
	if got := c.String(); got != want {
		t.Errorf("the form is\n%swant\n%s", got, want)
	}
	if got := late.Conn(1).Canonical(); !got.Equal(c[1:]) {
		t.Errorf("of the connection alone it is\n%v", got)
	}
}

func TestDiffHasTheFaultsBeforeAllBytes(t *testing.T) {
	healthy, late := begun(Event{Rule: "once"}), begun(Event{Rule: "down"}, Event{Rule: "once"}, Event{Conn: 1, Rule: "late"})
	want := "server: only b has the fault down\nconn 1: only b has the fault late\n"
	if got := Diff(healthy, late); got != want {
		t.Errorf("it says\n%swant\n%s", got, want)
	}
	got := slices.Collect(Comparison{}.Differences(late, healthy))
	for i := range got {
		if d := got[i]; d.Aspect != InFaults || d.Conn != i || d.Direction != Neither || d.A != (Spot{}) || d.B != (Spot{Absent: true}) {
			t.Errorf("difference %d is %+v", i, d)
		}
	}
	for _, tt := range []struct {
		why    string
		ignore Ignore
		want   string
	}{
		{"all faults", Ignore{Faults: true}, ""},
		{"those of a connection", Ignore{Conn: 1, Faults: true}, "server: only b has the fault down\n"},
		{"those of a direction", Ignore{Direction: ToClient, Faults: true}, want},
		{"all bytes", Ignore{To: 100}, want},
	} {
		if got := Diff(healthy, late, tt.ignore); got != tt.want {
			t.Errorf("with %s ignored it says\n%s", tt.why, got)
		}
	}
	if got := Diff(healthy, begun(Event{Rule: "once"}).After(1)); got != "server: only a has the fault once\n" {
		t.Errorf("without events of the server it says %q", got)
	}
}
