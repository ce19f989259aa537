package explore

import (
	"errors"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

func lineHandler() fakeserver.Handler           { return fakeserver.Lines{} }
func datagramHandler() fakeserver.PacketHandler { return fakeserver.PacketEcho{} }
func listenNowhere(fakeserver.Transport, fault.Plan) (fakeserver.Wire, error) {
	return nil, errors.New("nowhere")
}

func TestConfigIsValidated(t *testing.T) {
	for words, cfg := range map[string]Config{
		"Handler and NewHandler":             {Handler: fakeserver.Echo{}, NewHandler: lineHandler},
		"PacketHandler and NewPacketHandler": {PacketHandler: fakeserver.PacketEcho{}, NewPacketHandler: datagramHandler},
		"both Listen and a handler":          {Handler: fakeserver.Echo{}, Listen: listenNowhere},
		"Within and Deadline are -1s and 0s": {Within: -time.Second},
		"Within and Deadline are 0s and -1s": {Deadline: -time.Second},
		"Callers is -1":                      {Callers: -1},
		"Lines and LineBytes are -1 and 0":   {Lines: -1},
		"Lines and LineBytes are 0 and -1":   {LineBytes: -1},
		"Plans and Abreast are -1 and 0":     {Plans: -1},
		"Plans and Abreast are 0 and -1":     {Abreast: -1},
		"Budget and FindBudget are -1s and":  {Budget: -time.Second},
		"FindBudget are 0s and -1s":          {FindBudget: -time.Second},
		`no oracle "hangs"`:                  {Without: []Oracle{"hangs"}},
		`no oracle "slow"`:                   {With: []Oracle{"slow"}},
		"check 1 has no Name":                {Checks: []Check{{Func: func(Outcome) error { return nil }}}},
		"check 2 has no Name or no Func":     {Checks: []Check{{"fine", func(Outcome) error { return nil }}, {Name: "idle"}}},
	} {
		_, err := Search(t.Context(), cfg, fault.Streams, nil)
		wantErr(t, err, words)
		if !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v is not ErrConfig", words, err)
		}
	}
	if err := (Config{}).validate(); err != nil {
		t.Errorf("a zero Config: %v", err)
	}
}

func TestConfigTakesDefaultsAndTheEnvironment(t *testing.T) {
	for _, test := range []struct {
		env    []string
		cfg    Config
		plans  int
		budget time.Duration
		seed   uint64
	}{
		{nil, Config{}, DefaultPlans, 0, 1},
		{nil, Config{Plans: 7, Budget: time.Minute, Seed: 9}, 7, time.Minute, 9},
		{[]string{"FAKEWIRE_PLANS=5000"}, Config{Plans: 7}, 5000, 0, 1},
		{[]string{"FAKEWIRE_BUDGET=5m"}, Config{Budget: time.Second}, DefaultPlans, 5 * time.Minute, 1},
		{[]string{"FAKEWIRE_SEED=0xff"}, Config{Seed: 9}, DefaultPlans, 0, 255},
	} {
		setEnv(t, test.env...)
		got, err := test.cfg.complete()
		if err != nil || got.Plans != test.plans || got.Budget != test.budget || got.Seed != test.seed {
			t.Errorf("%q: %d plans, %v, seed %d, %v; want %d, %v, %d", test.env, got.Plans, got.Budget, got.Seed, err, test.plans, test.budget, test.seed)
		}
	}
	for _, env := range []string{
		"FAKEWIRE_PLANS=0", "FAKEWIRE_PLANS=-5", "FAKEWIRE_PLANS=many", "FAKEWIRE_BUDGET=0s", "FAKEWIRE_BUDGET=-1m", "FAKEWIRE_BUDGET=5",
		"FAKEWIRE_SEED=-1", "FAKEWIRE_SEED=now",
	} {
		setEnv(t, env)
		_, err := Search(t.Context(), Config{}, fault.Streams, nil)
		if !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v, want ErrConfig", env, err)
		}
		wantErr(t, err, env[:len("FAKEWIRE_SEED")])
	}
}

func TestConfigAsksOracles(t *testing.T) {
	for _, test := range []struct {
		cfg    Config
		oracle Oracle
		want   bool
	}{
		{Config{}, Hangs, true},
		{Config{}, SentTwice, false},
		{Config{With: []Oracle{SentTwice}}, SentTwice, true},
		{Config{With: []Oracle{SentTwice}}, Hangs, true},
		{Config{Without: []Oracle{Hangs}}, Hangs, false},
		{Config{With: []Oracle{SentTwice}, Without: []Oracle{SentTwice}}, SentTwice, false},
		{Config{}, Recovery, true},
		{Config{OneConn: true}, Recovery, false},
	} {
		if got := test.cfg.asks(test.oracle); got != test.want {
			t.Errorf("with %q and without %q, OneConn %t, %s is asked: %t, want %t",
				test.cfg.With, test.cfg.Without, test.cfg.OneConn, test.oracle, got, test.want)
		}
	}
}
