package explore

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest"
)

func TestRateSaysWhatWouldProveAFix(t *testing.T) {
	for _, test := range []struct {
		rate  Rate
		proof int
		text  string
	}{
		{Rate{100, 100}, 1, "100 of 100"},
		{Rate{37, 100}, 7, "37 of 100; 7 clean runs in a row would prove a fix"},
		{Rate{5, 100}, 59, "5 of 100; 59 clean runs in a row would prove a fix"},
		{Rate{10, 20}, 5, "10 of 20; 5 clean runs in a row would prove a fix"},
		{Rate{0, 20}, 0, "0 of 20"},
	} {
		if got := test.rate.Proof(); got != test.proof {
			t.Errorf("%d of %d: %d runs would prove a fix, want %d", test.rate.Broken, test.rate.Runs, got, test.proof)
		}
		if got := test.rate.String(); got != test.text {
			t.Errorf("got %q, want %q", got, test.text)
		}
	}
}

// A plan that breaks the client in one run of three is a find with that rate.
func TestConfirmCountsAFlakyFind(t *testing.T) {
	runs := 0
	s := pretended(answersOf(), func(fault.Plan) result {
		runs++
		if runs%3 == 0 {
			as := bug
			as.Text = "the words for a run that fails"
			return result{Fired: true, Breaches: []Breach{{Oracle: "another"}, as}, Evidence: "the record of a run that fails"}
		}
		return result{Fired: true, Evidence: "the record of one that passes"}
	})
	f := &Find{Plan: only(fault.ToClient(fault.Close{})), Breach: bug, Evidence: "that of the first"}
	s.confirm(t.Context(), f)
	if want := (Rate{33, 100}); f.Rate != want {
		t.Errorf("it fails in %v, want %v", f.Rate, want)
	}
	if f.Evidence != "the record of a run that fails" {
		t.Errorf("the evidence is %q", f.Evidence)
	}
	if f.Breach.Text != "the words for a run that fails" {
		t.Errorf("it is told in the words of another run: %v", f.Breach)
	}
}

// What broke the client twice, and then in no run any more, may have been the machine: it is a note, and the search goes on
// for what breaks it each time.
func TestConfirmForgetsWhatIsNotSeenAgain(t *testing.T) {
	flukes := 0
	s := pretended(answersOf(), func(p fault.Plan) result {
		switch {
		case has(p, is[fault.Reset]):
			return result{Fired: true, Breaches: []Breach{{Oracle: Leaks, Kind: "conn", Text: "it left connection 1"}}}
		case has(p, is[fault.Close]) && flukes < 2:
			flukes++
			return result{Fired: true, Breaches: []Breach{bug}}
		}
		return result{Fired: true}
	})
	s.cfg.All = false
	if err := over(s.run(t.Context())); err != nil {
		t.Fatal(err)
	}
	if len(s.finds) != 1 || s.finds[0].Breach != bug {
		t.Fatalf("the finds are %v, want the fluke", s.finds)
	}
	if !s.finish(t.Context()) || len(s.notes) != 1 {
		t.Errorf("the finds are %v, and the notes %q, want one note", s.finds, s.notes)
	}
	wantWords(t, s.notes[0], "broke the client, and not again in 100 runs: hang: ask 2 did not return")
	if err := over(s.run(t.Context())); err != nil {
		t.Fatal(err)
	}
	if s.finish(t.Context()) || len(s.finds) != 1 || s.finds[0].Breach.Oracle != Leaks || s.finds[0].Rate != (Rate{100, 100}) {
		t.Errorf("the finds are %v, want the leak", s.finds)
	}
}

// One that was shrunk to a plan which breaks the client no more is kept as it was found.
func TestConfirmGoesBackToWhatWasFound(t *testing.T) {
	flukes := 0
	s := pretended(answersOf(), func(p fault.Plan) result {
		if has(p, is[fault.Exit]) {
			return result{Fired: true, Breaches: []Breach{bug}}
		}
		if flukes++; flukes == 1 {
			return result{Fired: true, Breaches: []Breach{bug}}
		}
		return result{Fired: true}
	})
	found := only(fault.ToClient(fault.Exit{}).OnConn(1))
	s.finds = []*Find{{Plan: found, Breach: bug}}
	s.finish(t.Context())
	if len(s.finds) != 1 || keyOf(s.finds[0].Plan) != keyOf(found) || s.finds[0].Rate != (Rate{100, 100}) {
		t.Errorf("the finds are %v, want the exit", s.finds)
	}
}

// On sockets there are fewer runs, several at once; but not for what is judged by the processor.
func TestConfirmOnSockets(t *testing.T) {
	for oracle, want := range map[Oracle]int64{Hangs: DefaultAbreast, Spins: 1, Swells: 1} {
		confirmations := socketConfirmations
		if want == 1 {
			confirmations = costlyConfirmations
		}
		var abreast sync.WaitGroup
		abreast.Add(int(want))
		var runs, now atomic.Int64
		s := pretended(answersOf(), func(fault.Plan) result {
			if n := now.Add(1); n > want {
				t.Errorf("%s: %d runs at once, want %d", oracle, n, want)
			}
			defer now.Add(-1)
			if runs.Add(1) <= want {
				abreast.Done()
				abreast.Wait() // for as many as are to run at once
			}
			return result{Fired: true, Breaches: []Breach{{Oracle: oracle}}}
		})
		s.abreast = DefaultAbreast
		f := &Find{Plan: only(fault.ToClient(fault.Close{})), Breach: Breach{Oracle: oracle}}
		s.confirm(t.Context(), f)
		if all := (Rate{confirmations, confirmations}); f.Rate != all {
			t.Errorf("%s: it fails in %v, want %v", oracle, f.Rate, all)
		}
	}
}

// In the caller's own bubble, what a trial leaves stays: there are fewer.
func TestConfirmInTheCallersBubble(t *testing.T) {
	s := pretended(answersOf(), func(fault.Plan) result { return result{Fired: true, Breaches: []Breach{bug}} })
	s.cfg.Network = &nettest.Network{}
	f := &Find{Plan: only(fault.ToClient(fault.Close{})), Breach: bug}
	s.confirm(t.Context(), f)
	if all := (Rate{socketConfirmations, socketConfirmations}); f.Rate != all {
		t.Errorf("it fails in %v, want %v", f.Rate, all)
	}
}

// A find may be given little time, but for the first runs.
func TestConfirmEndsWithItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pretended(answersOf(), func(fault.Plan) result {
			time.Sleep(3 * time.Second)
			return result{Fired: true, Breaches: []Breach{bug}}
		})
		s.cfg.FindBudget = 10 * time.Second
		f := &Find{Plan: only(fault.ToClient(fault.Close{})), Breach: bug}
		s.confirm(t.Context(), f)
		if want := (Rate{4, 4}); f.Rate != want { // the last begins at 9 s
			t.Errorf("it fails in %v, want %v", f.Rate, want)
		}
	})
}
