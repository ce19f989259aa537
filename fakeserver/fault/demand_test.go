package fault

import "testing"

func TestDemandIsWhatTheLastCallSays(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want Demand
	}{
		{ToClient(Close{}), MayMiss},
		{ToClient(Close{}).NeedNotFire(), NeedNotFire},
		{ToClient(Close{}).MustHit(), MustHit},
		{ToClient(Close{}).NeedNotFire().MustHit(), MustHit},
		{ToClient(Close{}).MustHit().NeedNotFire(), NeedNotFire},
	} {
		if tt.rule.Demand != tt.want {
			t.Errorf("%#v demands %v, want %v", tt.rule, tt.rule.Demand, tt.want)
		}
	}
}

func TestDemandInWords(t *testing.T) {
	for d, want := range map[Demand]string{MayMiss: "may-miss", NeedNotFire: "need-not-fire", MustHit: "must-hit", 3: "Demand(3)"} {
		if got := d.String(); got != want {
			t.Errorf("String = %q, want %q", got, want)
		}
	}
}
