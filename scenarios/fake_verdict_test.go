package scenarios

import (
	"errors"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// What a client did on a wire on which nothing happened is nothing to accuse it of.
func TestVerdictOfAnUndoneTrialIsADoubt(t *testing.T) {
	undone := rules(fault.ToClient(fault.Reset{}).AfterBytes(3))
	found := outcome{call: "Do"}.but("want an error")
	for _, test := range []struct {
		why   string
		plan  fault.Plan
		relay *relay
		want  error
	}{
		{"a rule that did not act", undone, nil, ErrInconclusive},
		{"a place that was not reached", fault.Plan{}, newRelay(place{message: 1}, resetHere), ErrInconclusive},
		{"nothing was to happen", fault.Plan{}, nil, ErrBroken},
	} {
		alone, err := listenStream(t.Context(), fakeserver.Config{Faults: test.plan})
		if err != nil {
			t.Fatal(err)
		}
		srv := alone.alone()
		if srv.relay = test.relay; test.relay != nil {
			if test.relay.upstream, err = listenStream(t.Context(), fakeserver.Config{}); err != nil {
				t.Fatal(err)
			}
		}
		if err := srv.verdict("in a trial", nil, found); !errors.Is(err, test.want) {
			t.Errorf("%s: verdict = %v, want %v", test.why, err, test.want)
		}
	}
}
