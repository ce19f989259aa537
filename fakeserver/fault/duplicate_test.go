package fault

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

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
	wantInvalid(t, Datagrams, FromClient(Duplicate{Rate: 1, Gap: -1}), "Gap is -1")
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
			if len(v.Copies) != tt.want || len(v.Fired) != len(tt.rules) {
				t.Errorf("%d rules: %d copies, and %d acted; want %d, and all", len(tt.rules), len(v.Copies), len(v.Fired), tt.want)
			}
		}
	}
}

// The original comes when it would without the rule, and only the copies wait.
func TestDuplicateGapIsThatOfTheCopies(t *testing.T) {
	gap := func(n int) Rule { return FromClient(Duplicate{Rate: 1, Gap: n}) }
	reorder := FromClient(Reorder{Rate: 1})
	for _, tt := range []struct {
		rules []Rule
		want  string
	}{
		{[]Rule{gap(3)}, "a a>3"},
		{[]Rule{FromClient(Duplicate{Rate: 1, Copies: 2, Gap: 1})}, "a a>1 a>1"},
		{[]Rule{gap(1), gap(2)}, "a a>1 a>2 a>3"},
		{[]Rule{gap(1), reorder}, "a>1 a>2"},
		{[]Rule{reorder, gap(1)}, "a>1 a>2"},
	} {
		v := compile(t, Datagrams, 1, tt.rules...).Peer(1, fromClient).Next([]byte("a"), 0)
		if got := strings.Join(deliveries(v), " "); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.rules, got, tt.want)
		}
	}
}

// Each copy is as late as its own draw says, which depends on the datagram's number and the copy's,
// and not on which of the two rules the plan has first.
func TestDuplicateCopiesHaveTheirOwnLatency(t *testing.T) {
	late := FromClient(Latency{Delay: 5 * ms, Jitter: 5 * ms})
	twice := FromClient(Duplicate{Rate: 1, Copies: 2})
	alone := compile(t, Datagrams, 42, late).Peer(1, fromClient)
	before := compile(t, Datagrams, 42, late, twice).Peer(1, fromClient)
	after := compile(t, Datagrams, 42, twice, late).Peer(1, fromClient)
	seen, overtook := map[time.Duration]bool{}, 0
	for n := range 50 {
		original := alone.Next(nil, 0).Copies[0].Delay
		got, same := before.Next(nil, 0).Copies, after.Next(nil, 0).Copies
		if !reflect.DeepEqual(got, same) || got[0].Delay != original {
			t.Fatalf("datagram %d: %+v, by rules in the other order %+v; alone it is %v late", n+1, got, same, original)
		}
		for _, c := range got {
			if seen[c.Delay] {
				t.Errorf("datagram %d: %+v: another copy is as late", n+1, got)
			}
			seen[c.Delay] = true
		}
		if got[1].Delay < got[0].Delay {
			overtook++
		}
	}
	if overtook < 10 || overtook > 40 {
		t.Errorf("%d of 50 copies came before their original, want about half", overtook)
	}
}
