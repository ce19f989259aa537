package fault

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// lost returns which of some datagrams of one direction a rule loses.
func lost(p decide.Peer, datagrams ...string) string {
	var all []int64
	for _, data := range datagrams {
		if v := carried(p, data); len(v.Copies) == 0 {
			all = append(all, v.Number)
		}
	}
	return fmt.Sprint(all)
}

func TestRuleIsForDatagramsWithCertainContent(t *testing.T) {
	loss := FromClient(Loss{Rate: 1})
	for _, tt := range []struct {
		why, want string
		rule      Rule
	}{
		{"those that contain", "[2 4 5 7]", loss.Containing("Q")},
		{"none", "[]", loss.Containing("Z")},
		{"the third of those", "[5]", FromClient(Loss{Nth: 3}).Containing("Q")},
		{"every second of those", "[4 7]", FromClient(Loss{Every: 2}).Containing("Q")},
		{"three of those", "[2 4 5]", loss.Containing("Q").Times(3)},
		{"a window of those", "[2 4]", loss.Containing("Q").ForDatagrams(2)},
		{"those after all", "[5 7]", loss.Containing("Q").AfterDatagrams(4)},
		{"those after a match", "[5 7]", loss.Containing("Q").AfterMatch("aQ")},

		{"after the first match", "[3 4 5 6 7]", loss.AfterMatch("Q")},
		{"after the second", "[5 6 7]", loss.AfterNthMatch(2, "Q")},
		{"one after the second", "[5]", loss.AfterNthMatch(2, "Q").ForDatagrams(1)},
		{"one after each", "[3 5 6]", loss.AfterEveryMatch("Q").ForDatagrams(1)},
		{"two after each, in which there are more", "[3 4 5 6 7]", loss.AfterEveryMatch("Q").ForDatagrams(2)},
		{"the match comes after some", "[5 6 7]", loss.AfterDatagrams(2).AfterMatch("Q")},
		{"the second after each", "[4 7]", FromClient(Loss{Nth: 2}).AfterEveryMatch("Q").ForDatagrams(2)},
	} {
		c := compile(t, Datagrams, 1, tt.rule)
		if got := lost(c.Peer(1, fromClient), "a", "Q", "b", "aQ", "Q", "a", "QQ"); got != tt.want {
			t.Errorf("%s: lost %s, want %s", tt.why, got, tt.want)
		}
	}
}

// What a rule looks for are the sender's bytes, before any fault.
func TestRuleLooksAtDatagramsBeforeAnyFault(t *testing.T) {
	c := compile(t, Datagrams, 1, FromClient(Truncate{Size: 1}), FromClient(Loss{Rate: 1}).Containing("yz"), FromClient(Duplicate{Rate: 1}).AfterMatch("yz"))
	p := c.Peer(1, fromClient)
	if v := carried(p, "xyz"); len(v.Copies) != 0 {
		t.Error("a datagram that was cut short before passes")
	}
	if v := carried(p, "abc"); len(v.Copies) != 2 {
		t.Errorf("%d copies after one that was lost, want 2", len(v.Copies))
	}
}

// The answer to a certain query is lost: a rule of one direction goes by what is in the other.
func TestRuleForDatagramsActsByAMatchInTheOtherDirection(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want string // of the answers
	}{
		{ToClient(Loss{Rate: 1}).AfterMatchIn(fromClient, "X").ForDatagrams(1), "[2]"},
		{ToClient(Loss{Rate: 1}).AfterMatchIn(fromClient, "X").AfterEveryMatch("X").ForDatagrams(1), "[2 4]"},
		{ToClient(Loss{Rate: 1}).AfterMatchIn(fromClient, "X").AfterNthMatch(2, "X"), "[4 5]"},
		{ToClient(Loss{Rate: 1}).AfterMatchIn(fromClient, "X").OnConn(2), "[]"},
		{ToClient(Loss{Rate: 1}).AfterMatchIn(toClient, "2").ForDatagrams(1), "[3]"},
	} {
		c := compile(t, Datagrams, 1, tt.rule)
		in, out := c.Peer(1, fromClient), c.Peer(1, toClient)
		var all []int64
		for i, query := range []string{"a", "X", "b", "XX", "c"} {
			carried(in, query)
			if v := carried(out, fmt.Sprint(i+1)); len(v.Copies) == 0 {
				all = append(all, v.Number)
			}
		}
		if got := fmt.Sprint(all); got != tt.want {
			t.Errorf("%#v: answers lost: %s, want %s", tt.rule, got, tt.want)
		}
	}
}

// Two queries come before their answers: both of these are lost, and no third one.
func TestRuleForDatagramsActsOnceForEachMatch(t *testing.T) {
	c := compile(t, Datagrams, 1, ToClient(Loss{Rate: 1}).AfterMatchIn(fromClient, "X").AfterEveryMatch("X").ForDatagrams(1))
	in, out := c.Peer(1, fromClient), c.Peer(1, toClient)
	carried(in, "X")
	carried(in, "X")
	if got := lost(out, "1", "2", "3"); got != "[1 2]" {
		t.Errorf("answers lost: %s, want [1 2]", got)
	}
}

// A rule that stays in the plan goes on counting, in both directions.
func TestReplaceKeepsCountOfDatagramsWithAMatch(t *testing.T) {
	stays := ToClient(Loss{Rate: 1}).AfterMatchIn(fromClient, "X").AfterNthMatch(2, "X").Named("stays")
	c := compile(t, Datagrams, 1, stays)
	in, out := c.Peer(1, fromClient), c.Peer(1, toClient)
	carried(in, "X")
	next := replace(t, c, stays, FromClient(Loss{Rate: 1}).AfterMatch("X").Named("new"))
	in.Adopt(next.Program)
	carried(in, "X") // the second for the one, the first for the other
	if got := lost(in, "a"); got != "[3]" {
		t.Errorf("of the client's, %s are lost, want [3]", got)
	}
	out.Adopt(next.Program)
	if got := lost(out, "a"); got != "[1]" {
		t.Errorf("of the server's, %s are lost, want [1]", got)
	}
}

func TestReportSaysWhichDatagramsARuleWaitsFor(t *testing.T) {
	c := compile(t, Datagrams, 1, FromClient(Loss{Rate: 1}).Containing("Q"), FromClient(Blackhole{}).AfterNthMatch(2, "a"))
	carried(c.Peer(1, fromClient), "a")
	wantReport(t, c, `not reached: it waits for a datagram with "Q" in it FromClient; peer 1 got to datagram 1`)
	wantReport(t, c, `not reached: it waits for match 2 of "a" FromClient; peer 1 got to datagram 1; matches so far: 1 of 2`)
}

// drawContent draws what a rule goes by content for, or leaves it as it is.
func drawContent(t *rapid.T, m Medium, r Rule) Rule { return Generators.Content(t, m, r) }
