package fault

import (
	"fmt"
	"math"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// fates returns how often each of n datagrams is delivered, as digits.
func fates(g compiled, conn, n int) string {
	p := g.Peer(conn, transcript.FromClient)
	s := ""
	for range n {
		s += fmt.Sprint(len(p.Next(nil, 0).Copies))
	}
	return s
}

func TestLossByCount(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{FromClient(Loss{Nth: 2}), "10111111"},
		{FromClient(Loss{Every: 3}), "11011011"},
		{FromClient(Loss{Nth: 2}).AfterDatagrams(3), "11110111"},
		{FromClient(Loss{Every: 2}).AfterDatagrams(3), "11110101"},
		{FromClient(Loss{Rate: 1}), "00000000"},
		{FromClient(Loss{Rate: 1}).OnConn(2), "11111111"},
	} {
		if got := fates(compile(t, Datagrams, 1, tt.rule), 1, 8); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.rule, got, tt.want)
		}
	}
}

func TestLossByRateFollowsItsRate(t *testing.T) {
	for _, rate := range []float64{0.1, 0.3, 0.9} {
		wantIndependent(t, FromClient(Loss{Rate: rate}), rate)
	}
}

func TestLossRefusesNonsense(t *testing.T) {
	wantInvalid(t, Datagrams, FromClient(Loss{}), "0 of Rate, Nth and Every are set")
	wantInvalid(t, Datagrams, FromClient(Loss{Rate: 0.5, Nth: 1}), "2 of Rate, Nth and Every are set")
	wantInvalid(t, Datagrams, FromClient(Loss{Rate: 1.5}), "Rate is 1.5")
	wantInvalid(t, Datagrams, FromClient(Loss{Rate: math.NaN()}), "Rate is NaN")
	wantInvalid(t, Datagrams, FromClient(Loss{Nth: -1}), "Nth is -1")
	wantInvalid(t, Streams, FromClient(Loss{Rate: 0.5}), "loss is not a fault of a stream")
}
