package fault

import (
	"math"
	"testing"
)

func TestValidateRefusesContent(t *testing.T) {
	end, stall, lose := ToClient(Close{}), ToClient(Stall{For: 1}), ToClient(Loss{Rate: 1})
	late := ToClient(Latency{Delay: 1})
	for _, tt := range []struct {
		m    Medium
		rule Rule
		want string
	}{
		{Datagrams, lose.AfterMatch(""), "AfterMatch: nothing to match"},
		{Datagrams, lose.Containing(""), "Containing: nothing to look for"},
		{Streams, stall.Containing("x"), "Containing is for datagrams: use AfterMatch"},

		{Streams, end.AfterNthMatch(-1, "x"), "AfterNthMatch(-1): matches are counted from 1"},
		{Streams, Rule{Fault: Close{}, Direction: toClient, After: Trigger{Nth: 2}}, "there is none: set Match"},
		{Streams, Rule{Fault: Stall{}, Direction: toClient, After: Trigger{Every: true}}, "there is none: set Match"},
		{Streams, Rule{Fault: Close{}, Direction: toClient, After: Trigger{MatchIn: fromClient}}, "there is none: set Match"},
		{Streams, end.Plus(2), "there is none: set Match"},
		{Streams, end.AfterMatch("x").Plus(-1), "Plus(-1)"},
		{Datagrams, lose.AfterMatch("x").Plus(1), "Plus is for streams"},
		{Streams, end.AfterMatchIn(9, "x"), "AfterMatchIn: direction 9"},

		{Streams, end.AfterEveryMatch("x"), "AfterEveryMatch: close ends the stream"},
		{Streams, FromClient(HalfClose{}).AfterEveryMatch("x"), "AfterEveryMatch: half-close ends the stream"},
		{Streams, late.AfterEveryMatch("x"), "AfterEveryMatch: latency goes on from the first match to the end: give it a window"},
		{Streams, ToClient(Slice{Size: 1}).AfterEveryMatch("x").Times(2), "give it a window"},
		{Datagrams, lose.AfterEveryMatch("x"), "AfterEveryMatch: loss goes on"},

		{Streams, end.AfterMatchIn(fromClient, "x").AfterBytes(1), "AfterMatchIn takes no AfterBytes"},
		{Streams, end.AfterMatchIn(fromClient, "x").AfterWrites(1), "AfterMatchIn takes no AfterBytes, AfterDatagrams or AfterWrites"},
		{Datagrams, lose.AfterMatchIn(fromClient, "x").AfterDatagrams(1), "AfterMatchIn takes no AfterBytes, AfterDatagrams"},

		{Streams, end.AfterWrites(-1), "AfterWrites(-1)"},
		{Streams, FromClient(Close{}).AfterWrites(1), "AfterWrites is for ToClient"},
		{Datagrams, lose.AfterWrites(1), "AfterWrites is for streams: use AfterDatagrams"},

		{Streams, OnAccept(Stall{}).AfterEveryMatch("x"), "it takes no After"},
		{Streams, OnAccept(Stall{}).AfterWrites(1), "it takes no After"},
		{Streams, Rule{Fault: Stall{}, After: Trigger{Nth: 1}}, "it takes no After"},
	} {
		wantInvalid(t, tt.m, tt.rule, tt.want)
	}
}

// What is fine at the edges of what is refused.
func TestValidateTakesContent(t *testing.T) {
	compile(t, Streams, 1,
		ToClient(Stall{For: 1}).AfterEveryMatch("x").Times(1), ToClient(Hold{Gate: "g"}).AfterMatch("x").Times(2),
		ToClient(Close{}).AfterNthMatch(math.MaxInt, "x").Times(1), ToClient(Close{}).AfterMatch("x").Plus(math.MaxInt64).AfterBytes(1),
		ToClient(Stall{}).AfterMatchIn(toClient, "x").AfterBytes(1).AfterWrites(2), FromClient(Reset{}).AfterMatchIn(toClient, "x").AfterTime(1),
		ToClient(Latency{Delay: 1}).AfterEveryMatch("x").ForBytes(1), ToClient(Slice{Size: 1}).AfterEveryMatch("x").ForTime(1).Times(9))
	compile(t, Datagrams, 1,
		ToClient(Loss{Rate: 1}).AfterMatchIn(fromClient, "x").AfterEveryMatch("x").ForDatagrams(1).Containing("y"),
		FromClient(Loss{Nth: 1}).AfterDatagrams(3).AfterNthMatch(2, "x"))
}
