package fault

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestValidateRefusesRules(t *testing.T) {
	end, lose := ToClient(Close{}), ToClient(Loss{Nth: 1})
	for _, tt := range []struct {
		m    Medium
		rule Rule
		want string
	}{
		{Streams, ToClient(nil), "Fault is nil"},
		{Streams, lose, "loss is not a fault of a stream: it is for datagrams; of a stream there are bandwidth, blackhole, close, corrupt,"},
		{Datagrams, end, "close is not a fault of datagrams"},
		{Streams, Rule{Fault: Close{}, Direction: 7}, "Direction is 7"},
		{Datagrams, OnAccept(Loss{Nth: 1}), "OnAccept is for streams"},
		{Streams, OnAccept(Latency{Delay: 1}), "OnAccept is for Reset, Close, Stall, Down, IgnoreDials and FailAccept, not for latency: ToClient and FromClient act from the beginning"},
		{Streams, OnAccept(Close{}).AfterBytes(1), "it takes no After"},
		{Streams, OnAccept(Close{}).AfterDatagrams(1), "it takes no After"},
		{Streams, OnAccept(Close{}).AfterMatch("x"), "it takes no After"},
		{Streams, OnAccept(Close{}).AfterTime(1), "it takes no After"},
		{Streams, OnAccept(Close{}).Now(), "it takes no After"},
		{Streams, OnAccept(Close{}).ForTime(1), "it takes no ForBytes or ForTime"},

		{Streams, end.OnConn(1, 0), "OnConn(0)"},
		{Streams, end.FromConn(-1), "FromConn(-1)"},
		{Streams, end.FromConn(2).OnConn(3), "OnConn and FromConn"},

		{Streams, end.AfterBytes(-1), "AfterBytes(-1)"},
		{Datagrams, lose.AfterDatagrams(-1), "AfterDatagrams(-1)"},
		{Streams, end.AfterTime(-1), "AfterTime(-1ns)"},
		{Streams, end.AfterMatch(""), "AfterMatch: nothing to match"},
		{Datagrams, lose.AfterBytes(1), "AfterBytes is for streams"},
		{Streams, end.AfterDatagrams(1), "AfterDatagrams is for datagrams"},
		{Streams, end.Now().AfterBytes(1), "Now is where a connection stands when the rule comes: it takes no other After"},
		{Streams, end.Now().AfterTime(1), "Now is where a connection stands"},
		{Streams, end.Now().AfterMatch("x"), "Now is where a connection stands"},
		{Datagrams, lose.Now().AfterDatagrams(1), "Now is where a connection stands"},

		{Streams, ToClient(Blackhole{}).ForBytes(-1), "ForBytes(-1)"},
		{Datagrams, lose.ForDatagrams(-1), "ForDatagrams(-1)"},
		{Streams, ToClient(Blackhole{}).ForTime(-1), "ForTime(-1ns)"},
		{Datagrams, lose.ForBytes(1), "ForBytes is for streams"},
		{Streams, ToClient(Blackhole{}).ForDatagrams(1), "ForDatagrams is for datagrams"},
		{Streams, end.ForBytes(1), "close acts once"},
		{Streams, ToClient(Hold{Gate: "g"}).ForTime(1), "hold acts once"},

		{Streams, end.Times(-1), "Times(-1)"},
		{Streams, end.AfterMatch("x").Times(3), "Times(3): close acts once on each connection: it ends the stream"},
		{Streams, OnAccept(Stall{}).Times(2), "Times(2): stall acts once on each connection, or at each of so many matches"},
		{Streams, ToClient(Latency{Delay: 1}).Times(1), "Times(1): latency is not a matter of times"},
		{Streams, ToClient(Bandwidth{BytesPerSecond: 1}).Times(1), "Times(1): bandwidth is"},
		{Streams, ToClient(Blackhole{}).Times(1), "Times(1): blackhole is"},
		{Streams, ToClient(SlowClose{Delay: 1}).Times(1), "Times(1): slow-close is"},
		{Streams, Rule{Fault: Close{}, Direction: toClient, Demand: 3}, "Demand is 3: want MayMiss, NeedNotFire or MustHit"},
		{Streams, end.WithProbability(1.01), "WithProbability is 1.01"},
		{Streams, end.WithProbability(-.01), "WithProbability is -0.01"},
		{Datagrams, lose.WithProbability(math.NaN()), "WithProbability is NaN"},
	} {
		wantInvalid(t, tt.m, tt.rule, tt.want)
	}
}

// What is fine at the edges of what is refused.
func TestValidateTakesRulesThatMakeSense(t *testing.T) {
	compile(t, Streams, 1, ToClient(Close{}).AfterBytes(math.MaxInt64).WithProbability(0).Times(1), FromClient(Close{}).FromConn(0),
		OnAccept(Stall{}).OnConn(1).Times(1), ToClient(Replace{Old: "x"}).Times(1), ToClient(Slice{Size: 1}).Times(1), ToClient(Corrupt{Rate: 1}).Times(1))
	compile(t, Datagrams, 1, ToClient(Latency{Delay: 1}).Times(1), ToClient(Bandwidth{BytesPerSecond: 1}).ForTime(1), ToClient(Blackhole{}).Times(1))
	if err := (Plan{}).Validate(Streams); err != nil {
		t.Errorf("the zero plan is refused: %v", err)
	}
}

// Each trouble of each rule has a line of its own, which says whose it is.
func TestValidateNamesTheRuleOfEachTrouble(t *testing.T) {
	err := Plan{Rules: []Rule{
		ToClient(Close{}),
		ToClient(BurstLoss{P: 2, R: 2}).AfterDatagrams(-1).Times(-1).Named("bursts"),
		FromClient(Loss{}),
	}}.Validate(Datagrams)
	want := []string{
		"fault: invalid plan: rule 1 (close.ToClient.1): close is not a fault of datagrams: it is for streams; of datagrams there are " + strings.Join(Generators.Kinds(Datagrams), ", "),
		"fault: invalid plan: rule 2 (bursts): AfterDatagrams(-1): want 0 or more",
		"fault: invalid plan: rule 2 (bursts): Times(-1): want 0 or more",
		"fault: invalid plan: rule 2 (bursts): P is 2, want 0 to 1",
		"fault: invalid plan: rule 2 (bursts): R is 2, want 0 to 1",
		"fault: invalid plan: rule 3 (loss.FromClient.1): 0 of Rate, Nth and Every are set, want one",
	}
	if !errors.Is(err, ErrPlan) || err.Error() != strings.Join(want, "\n") {
		t.Errorf("Validate:\n%v\nwant\n%s", err, strings.Join(want, "\n"))
	}
}

func TestKeysAreCountedByKindAndDirection(t *testing.T) {
	got := strings.Join(Plan{Rules: []Rule{
		ToClient(Close{}), ToClient(Reset{}), FromClient(Close{}), ToClient(Close{}).Named("x"), ToClient(Close{}), OnAccept(Close{}),
	}}.keys(), " ")
	if want := "close.ToClient.1 reset.ToClient.1 close.FromClient.1 x close.ToClient.2 close.OnAccept.1"; got != want {
		t.Errorf("keys = %s, want %s", got, want)
	}
}
