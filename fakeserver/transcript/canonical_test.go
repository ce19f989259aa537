package transcript_test

import (
	"reflect"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestCanonicalLeavesOutCutsAndOrder(t *testing.T) {
	a, b := newTestRecorder(0), newTestRecorder(0)
	in, out := a.Lane(1, FromClient), a.Lane(1, ToClient)
	in.Append(Data, []byte("ab"))
	out.Append(Data, []byte("xyz"))
	in.Append(Data, []byte("c"))
	a.Add(Event{Conn: 1, Direction: ToClient, Kind: Fault, Rule: "r", Offset: 2})
	in, out = b.Lane(1, FromClient), b.Lane(1, ToClient)
	b.Add(Event{Conn: 1, Direction: ToClient, Kind: Fault, Rule: "r", Offset: 2})
	out.Append(Data, []byte("xy"))
	out.Append(Data, []byte("z"))
	in.Append(Data, []byte("abc"))
	if x, y := a.Snapshot().Canonical(), b.Snapshot().Canonical(); !x.Equal(y) {
		t.Errorf("not equal:\n%v%v", x, y)
	}
	in.Append(Data, []byte("d"))
	if a.Snapshot().Canonical().Equal(b.Snapshot().Canonical()) {
		t.Error("a byte more, and still equal")
	}
}

// Faults at one offset have no order: which acted first is not the plan's doing.
func TestCanonicalLeavesOutTheOrderOfFaults(t *testing.T) {
	form := func(faults []FaultAt) Canonical {
		rec := newTestRecorder(0)
		for _, f := range faults {
			rec.Add(Event{Conn: 1, Direction: ToClient, Kind: Fault, Rule: f.Rule, Offset: f.Offset, Times: f.Times})
		}
		return rec.Snapshot().Canonical()
	}
	faults := []FaultAt{{Rule: "b", Offset: 4}, {Rule: "a", Offset: 5}, {Rule: "a", Offset: 5, Times: 2}, {Rule: "b", Offset: 5}, {Rule: "a", Offset: 6}}
	want := form(faults)
	for range len(faults) {
		faults = append(faults[1:], faults[0])
		if got := form(faults); !got.Equal(want) {
			t.Errorf("the form is\n%v, want\n%v", got, want)
		}
	}
	if got := form(faults[1:]); got.Equal(want) {
		t.Errorf("equal without one fault:\n%v%v", got, want)
	}
}

// Two sides that differ in anything are not equal.
func TestCanonicalEqualComparesEachField(t *testing.T) {
	side := func() Canonical {
		return Canonical{{Datagrams: [][]byte{[]byte("a")}, Faults: []FaultAt{{Rule: "r"}}}}
	}
	if !side().Equal(side()) || side().Equal(nil) || side().Equal(append(side(), side()...)) {
		t.Error("Equal does not tell one side from none, or from two")
	}
	for i := range reflect.TypeFor[Side]().NumField() {
		name, c := reflect.TypeFor[Side]().Field(i).Name, side()
		switch f := reflect.ValueOf(&c[0]).Elem().Field(i); {
		case f.CanInt():
			f.SetInt(7)
		case f.CanUint():
			f.SetUint(7)
		case name == "Data":
			c[0].Data = []byte("x")
		case name == "Datagrams":
			c[0].Datagrams[0] = []byte("b")
		case name == "Faults":
			c[0].Faults[0].Sum = 7
		default:
			t.Fatalf("no case for %s", name)
		}
		if c.Equal(side()) || side().Equal(c) {
			t.Errorf("equal, though %s is not", name)
		}
	}
}

// The checksum is of all that a direction did not keep, and of nothing else.
func TestCanonicalHasASumOfWhatWasNotKept(t *testing.T) {
	form := func(write func(rec *record.Recorder, in, out *record.Lane)) Side {
		rec := newTestRecorder(-1)
		write(rec, rec.Lane(1, FromClient), rec.Lane(1, ToClient))
		return rec.Snapshot().Canonical()[1]
	}
	sent := form(func(_ *record.Recorder, _, out *record.Lane) { out.Append(Data, []byte("ab")) })
	if sent.Sum == 0 || sent.Omitted != 2 {
		t.Errorf("of 2 bytes that were not kept, the form is %v", Canonical{sent})
	}
	for why, write := range map[string]func(rec *record.Recorder, in, out *record.Lane){
		"with bytes that were taken back": func(_ *record.Recorder, _, out *record.Lane) {
			out.Append(Data, []byte("abc"))
			out.Unsend(1, "refused")
		},
		"with bytes of the other direction": func(_ *record.Recorder, in, out *record.Lane) {
			out.Append(Data, []byte("ab"))
			in.Append(Data, []byte("other"))
		},
		"with faults that are counted": func(rec *record.Recorder, _, out *record.Lane) {
			out.Append(Data, []byte("ab"))
			for range 100 {
				rec.Add(Event{Conn: 1, Direction: ToClient, Kind: Drop, Count: 1})
			}
		},
		"with an empty datagram": func(_ *record.Recorder, _, out *record.Lane) {
			out.Append(Data, []byte("ab"))
			out.Datagram(1, "a:1", 1, nil)
		},
	} {
		if got := form(write); got.Sum != sent.Sum || got.Omitted != 2 {
			t.Errorf("%s: %v, want %v", why, Canonical{got}, Canonical{sent})
		}
	}
	datagram := func(p string) Side {
		return form(func(_ *record.Recorder, _, out *record.Lane) { out.Datagram(1, "a:1", 1, []byte(p)) })
	}
	if a, b := datagram("ab"), datagram("ac"); a.Sum == b.Sum || a.Sum == 0 {
		t.Errorf("two datagrams that differ have the sums %016x and %016x", a.Sum, b.Sum)
	}
}
