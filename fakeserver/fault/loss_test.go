package fault

import (
	"fmt"
	"math"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// fates returns how often each of n datagrams is delivered, as digits.
func fates(g *Program, conn, n int) string {
	p := g.Peer(conn, transcript.FromClient)
	s := ""
	for range n {
		s += fmt.Sprint(p.Next(nil, 0).Copies)
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
	const n = 100_000
	for _, rate := range []float64{0.01, 0.3, 0.9} {
		p := compile(t, Datagrams, 42, FromClient(Loss{Rate: rate})).Peer(1, transcript.FromClient)
		lost := 0
		for range n {
			if p.Next(nil, 0).Copies == 0 {
				lost++
			}
		}
		want, sigma := rate*n, math.Sqrt(n*rate*(1-rate))
		if math.Abs(float64(lost)-want) > 4*sigma {
			t.Errorf("Rate %v lost %d of %d, want %.0f ± %.0f", rate, lost, n, want, 4*sigma)
		}
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
