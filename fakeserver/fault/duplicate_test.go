package fault

import "testing"

func TestDuplicateCopies(t *testing.T) {
	for _, tt := range []struct {
		rules []Rule
		want  string
	}{
		{[]Rule{FromClient(Duplicate{Rate: 1})}, "2222"},
		{[]Rule{FromClient(Duplicate{Rate: 1, Copies: 3}).AfterDatagrams(2)}, "1144"},
		{[]Rule{FromClient(Duplicate{Rate: 1}), FromClient(Loss{Nth: 2})}, "2022"},
		{[]Rule{FromClient(Loss{Nth: 2}), FromClient(Duplicate{Rate: 1})}, "2022"},
	} {
		if got := fates(compile(t, Datagrams, 1, tt.rules...), 1, 4); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.rules, got, tt.want)
		}
	}
}

func TestDuplicateFollowsItsRate(t *testing.T) {
	for _, rate := range []float64{.05, .5} {
		wantIndependent(t, FromClient(Duplicate{Rate: rate}), rate)
	}
}

func TestDuplicateRefusesNonsense(t *testing.T) {
	wantInvalid(t, Datagrams, FromClient(Duplicate{}), "Rate is 0")
	wantInvalid(t, Datagrams, FromClient(Duplicate{Rate: 2}), "Rate is 2")
	wantInvalid(t, Datagrams, FromClient(Duplicate{Rate: 1, Copies: -1}), "Copies is -1")
	wantInvalid(t, Datagrams, FromClient(Duplicate{Rate: 1, Copies: 1001}), "Copies is 1001")
	wantInvalid(t, Streams, FromClient(Duplicate{Rate: 1}), "duplicate is not a fault of a stream")
}

// Rules multiply, but within bounds: copies are made while others wait.
func TestDuplicatesMultiplyWithinBounds(t *testing.T) {
	double, many := FromClient(Duplicate{Rate: 1}), FromClient(Duplicate{Rate: 1, Copies: 1000})
	for _, tt := range []struct {
		rules []Rule
		want  int
	}{
		{[]Rule{double, double, double}, 8},
		{[]Rule{many}, 1001},
		{[]Rule{many, many}, 1001},
		{[]Rule{many, double, many, many, many, many, many, many}, 1001}, // more than an int holds
	} {
		for range 2 { // and always so many
			v := compile(t, Datagrams, 1, tt.rules...).Peer(1, fromClient).Next(nil, 0)
			if v.Copies != tt.want || len(v.Fired) != len(tt.rules) {
				t.Errorf("%d rules: %d copies, and %d acted; want %d, and all", len(tt.rules), v.Copies, len(v.Fired), tt.want)
			}
		}
	}
}
