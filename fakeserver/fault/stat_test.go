package fault

import (
	"math"
	"testing"
)

// Statistics have fixed seeds: what they find is found in each run, or in none.

// wantRate checks that of n independent draws as many hit as a probability says,
// give or take four standard deviations.
func wantRate(t *testing.T, what string, hits, n int, p float64) {
	t.Helper()
	wantMean(t, what, float64(hits), p*float64(n), math.Sqrt(float64(n)*p*(1-p)))
}

// wantMean checks a sum of draws against its expectation and standard deviation.
func wantMean(t *testing.T, what string, got, want, sigma float64) {
	t.Helper()
	if math.Abs(got-want) > 4*sigma {
		t.Errorf("%s: %.1f, want %.1f ± %.1f", what, got, want, 4*sigma)
	}
}

// wantShares checks that draws fell into classes as these shares say: the
// chi-square test, at four standard deviations (Wilson and Hilferty).
func wantShares(t *testing.T, what string, counts []int, shares []float64) {
	t.Helper()
	n := 0
	for _, c := range counts {
		n += c
	}
	chi := 0.0
	for i, c := range counts {
		want := shares[i] * float64(n)
		if want < 5 {
			t.Fatalf("%s: class %d expects %.1f, which is too few for a test", what, i, want)
		}
		chi += (float64(c) - want) * (float64(c) - want) / want
	}
	df := float64(len(counts) - 1)
	if most := df * math.Pow(1-2/(9*df)+4*math.Sqrt(2/(9*df)), 3); chi > most {
		t.Errorf("%s: chi-square is %.1f, want at most %.1f; counts %v", what, chi, most, counts)
	}
}

// wantEven checks that all classes are as likely.
func wantEven(t *testing.T, what string, counts []int) {
	t.Helper()
	shares := make([]float64, len(counts))
	for i := range shares {
		shares[i] = 1 / float64(len(counts))
	}
	wantShares(t, what, counts, shares)
}

// runs counts how long the runs of true are: counts[i] of i+1, the last class
// with all that are longer.
func runs(all []bool, classes int) (counts []int, total int) {
	counts = make([]int, classes)
	length := 0
	for i, is := range all {
		if is {
			length++
		}
		if length > 0 && (!is || i == len(all)-1) {
			counts[min(length, classes)-1]++
			total++
			length = 0
		}
	}
	return counts, total
}

// geometric returns the shares of run lengths where each run goes on with
// probability p.
func geometric(p float64, classes int) []float64 {
	shares := make([]float64, classes)
	left := 1.0
	for i := range shares {
		shares[i] = left * (1 - p)
		left *= p
	}
	shares[classes-1] += left
	return shares
}

// count returns how many are true.
func count(all []bool) int {
	n := 0
	for _, is := range all {
		if is {
			n++
		}
	}
	return n
}

// acted returns on which of n datagrams a rule acted.
func acted(t *testing.T, seed uint64, n int, r Rule) []bool {
	t.Helper()
	p := compile(t, Datagrams, seed, r).Peer(1, r.Direction)
	all := make([]bool, n)
	for i := range all {
		all[i] = len(p.Next([]byte("datagram"), 0).Fired) > 0
	}
	return all
}

// wantIndependent checks that a rule acts on each datagram with probability p, and
// that each stands alone.
func wantIndependent(t *testing.T, r Rule, p float64) {
	t.Helper()
	const n = 50_000
	hits := acted(t, 1, n, r)
	wantRate(t, r.Fault.Kind(), count(hits), n, p)
	counts, _ := runs(hits, 3)
	wantShares(t, r.Fault.Kind()+": lengths of runs", counts, geometric(p, 3))
}
