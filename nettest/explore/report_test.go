package explore

import (
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

func TestReport(t *testing.T) {
	found := aFind(7)
	found.Kept, found.Rerun = "testdata/fakewire/TestClient/hang-close-to-client-7.json", rerun("TestClient/over TLS")
	found.Evidence = "close.ToClient.1: fired\n0.000s conn 1 accepted\n"
	before := aFind(9)
	before.Known, before.Kept, before.Wave, before.Rate, before.Why = true, "testdata/fakewire/TestClient/hang-close-to-client-9.json", 0, Rate{}, nil
	before.Rerun = rerun("TestClient")
	away := aFind(11)
	away.Kept, away.Belongs = "/artifacts/hang-close-to-client-11.json", "testdata/fakewire/TestClient"
	nowhere := aFind(13)
	nowhere.Wave, nowhere.Rate, nowhere.Plan.Comment = 0, Rate{100, 100}, "by hand"
	r := Report{
		Tally: Tally{Plans: 300, Fired: 212, Outcomes: 51, Lost: 2, Refused: 3, Stopped: "stopped at 300 plans"},
		Finds: []*Find{found, before, away, nowhere},
		Notes: []string{"the search is on sockets: the body does not dial by DialContext", "a.json is fixed: keep it as a regression test"},
	}
	wantGolden(t, "report.txt", r.String()+"\n")
}

func TestReportOfNothing(t *testing.T) {
	r := Report{Tally: Tally{Plans: 300, Fired: 212, Outcomes: 51}}
	if got, want := r.String(), "explore: 300 plans, 212 fired, 51 outcomes, 0 broken"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReportSaysHowToRunItAgain(t *testing.T) {
	for name, want := range map[string]string{
		"TestClient":            `go test -run '^TestClient$'`,
		"TestClient/a+b":        `go test -run '^TestClient$/^a\+b$'`,
		"TestClient/it's":       `go test -run '^TestClient$/^it'\''s$'`,
		"a client on any wire?": `go test -ginkgo.focus='a client on any wire\?'`,
	} {
		if got := rerun(name); got != want {
			t.Errorf("%s is run again by %s, want %s", name, got, want)
		}
	}
}

// The tally counts what was tried, and says of what nothing is known.
func TestTally(t *testing.T) {
	at := func(n int64) fault.Plan { return only(fault.ToClient(fault.Close{}).AfterBytes(n)) }
	s := pretended(answersOf(), func(p fault.Plan) result {
		switch p.Rules[0].After.Bytes {
		case 1:
			return result{Fired: true, Shape: "one"}
		case 2:
			return result{Fired: true, Shape: "two"}
		case 3:
			return result{Fired: true, Shape: "one"}
		case 4:
			return result{Shape: "healthy"}
		case 5:
			return result{Refused: "not here"}
		}
		return result{Lost: "it did not end"}
	})
	var wave []candidate
	for n := int64(1); n <= 6; n++ {
		wave = append(wave, candidate{plan: at(n), wave: 2}, candidate{plan: at(n), wave: 3}) // the latter are known already
	}
	if err := s.tryWave(t.Context(), wave); err != nil {
		t.Fatal(err)
	}
	want := Tally{Plans: 5, Fired: 3, Refused: 1, Lost: 1, Outcomes: 2}
	want.Waves[2] = WaveTally{Plans: 5, Fired: 3}
	if s.tally != want {
		t.Errorf("got %+v, want %+v", s.tally, want)
	}
	if got, want := s.tally.String(), "5 plans, 3 fired, 2 outcomes, 1 without an end"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTallySaysWhyTheSearchEnded(t *testing.T) {
	for want, change := range map[string]func(*search){
		"3 plans, 3 fired, 1 outcome, stopped at 3 plans":  func(s *search) { s.cfg.Plans = 3 },
		"0 plans, 0 fired, 0 outcomes, stopped after 5m0s": func(s *search) { s.budget, s.end = 5*time.Minute, time.Now() },
	} {
		s := pretended(answersOf(), func(fault.Plan) result { return result{Fired: true} })
		change(s)
		if err := s.run(t.Context()); over(err) != nil || err == nil {
			t.Errorf("it returned %v, want the end", err)
		}
		if got := s.tally.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
