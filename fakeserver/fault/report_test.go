package fault

import (
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestReportTellsFiredArmedAndNotReached(t *testing.T) {
	g := compile(t, Streams, 1,
		ToClient(Reset{}).AfterBytes(3).OnConn(2),
		ToClient(Slice{Size: 100}),
		ToClient(Close{}).AfterBytes(50).OnConn(1),
		ToClient(Close{}).AfterBytes(60).OnConn(7),
		ToClient(Stall{}).AfterBytes(70).NeedNotFire(),
	)
	steps(g.Stream(2, transcript.ToClient), "abcdef", whole)
	steps(g.Stream(1, transcript.ToClient), "abcdef", whole)

	r := g.Report()
	for i, want := range []string{
		"rule reset.ToClient.1: fired once, on conn 2 at byte 3",
		"rule slice.ToClient.1: armed: reached, but it never hit (conn 1 got to byte 6)",
		"rule close.ToClient.1: not reached: it waits for conn 1, byte 50 ToClient; conn 1 got to byte 6",
		"rule close.ToClient.2: not reached: it waits for conn 7, byte 60 ToClient; none of its connections sent anything in that direction (2 accepted)",
		"rule stall.ToClient.1: not reached: it waits for byte 70 ToClient; conn 1 got to byte 6",
	} {
		if got := strings.Split(r.String(), "\n")[i]; got != want {
			t.Errorf("line %d = %q,\n want %q", i+1, got, want)
		}
	}
	err := r.Verify()
	for _, want := range []string{"slice.ToClient.1", "close.ToClient.1", "close.ToClient.2"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Verify = %v, want %s named", err, want)
		}
	}
	for _, fine := range []string{"reset", "stall"} {
		if err != nil && strings.Contains(err.Error(), "rule "+fine) {
			t.Errorf("Verify = %v, want %s not named", err, fine)
		}
	}
}

func TestReportTellsTheFirstPlaceByConnectionNotByTime(t *testing.T) {
	g := compile(t, Streams, 1, ToClient(Slice{Size: 2}))
	late, early := g.Stream(2, transcript.ToClient), g.Stream(1, transcript.ToClient)
	steps(late, "abcdef", whole)
	steps(early, "abcdef", whole)
	if o := g.Report().Rules[0]; o.Conn != 1 || o.Offset != 2 || o.Count != 4 {
		t.Errorf("outcome = %+v, want 4 times, first on conn 1 at 2", o)
	}
}

// Of the states in which a rule has not acted, none is silent, unless the rule says so.
func TestVerifyMindsEachStateThatIsNotExcused(t *testing.T) {
	half := .5
	for _, tt := range []struct {
		why   string
		rule  Rule
		state State
		gone  bool
		fine  bool
	}{
		{"it acted", ToClient(Reset{}), Fired, false, true},
		{"nothing came to it", ToClient(Reset{}), NotReached, false, false},
		{"the same, allowed", ToClient(Reset{}).NeedNotFire(), NotReached, false, true},
		{"it came too late", ToClient(Reset{}), Passed, false, false},
		{"the same, and it had to hit", ToClient(Reset{}).MustHit(), Passed, false, false},
		{"the same, allowed", ToClient(Reset{}).NeedNotFire(), Passed, false, true},
		{"no draw decided it", ToClient(Slice{Size: 9}), Armed, false, false},
		{"the same, allowed", ToClient(Slice{Size: 9}).NeedNotFire(), Armed, false, true},
		{"a draw decided it", Rule{Fault: Reset{}, Direction: toClient, Probability: &half}, Armed, false, true},
		{"the same, and it had to hit", ToClient(Reset{}).WithProbability(.5).MustHit(), Armed, false, false},
		{"never was asked for", ToClient(Reset{}).WithProbability(0), Armed, false, true},
		{"always was asked for", ToClient(Reset{}).WithProbability(1), Armed, false, false},
		{"its draws may miss", ToClient(Corrupt{Rate: .5}), Armed, false, true},
		{"its draws choose the bit only", ToClient(Corrupt{Rate: 1}), Armed, false, false},
		{"its draws choose the size only", ToClient(Slice{Size: 9, Variation: 8}), Armed, false, false},
		{"a burst may not begin", FromClient(BurstLoss{P: .5, R: .5}), Armed, false, true},
		{"a burst begins at once", FromClient(BurstLoss{P: 1, R: .5}), Armed, false, false},
		{"each is lost", FromClient(Loss{Rate: 1}), Armed, false, false},
		{"each is doubled", FromClient(Duplicate{Rate: 1}), Armed, false, false},
		{"each is late", FromClient(Reorder{Rate: 1}), Armed, false, false},
		{"it was taken out", ToClient(Reset{}), NotReached, true, true},
		{"the same, and it had to hit", ToClient(Reset{}).MustHit(), NotReached, true, false},
	} {
		o := Outcome{Key: "it", Rule: tt.rule, State: tt.state, Removed: tt.gone}
		if err := (Report{Rules: []Outcome{o}}).Verify(); (err == nil) != tt.fine {
			t.Errorf("%s: %+v, %v, removed %v: Verify = %v", tt.why, tt.rule, tt.state, tt.gone, err)
		}
	}
}

func TestReportTellsWhatAStopStopped(t *testing.T) {
	g := compile(t, Streams, 1,
		FromClient(Stall{For: 1}).AfterMatch("PING\n").Named("whole"),
		ToClient(Hold{Gate: "g"}).AfterBytes(2).Named("part"),
	)
	in, out := g.Stream(1, fromClient), g.Stream(1, toClient)
	fed(in, in.Feed([]byte("PING\n"), 0))
	fed(out, out.Feed([]byte("PONG"), 0))
	fed(out, out.Feed([]byte("\n"), 0))
	want := "rule whole: fired once, on conn 1 at byte 5; it stopped nothing: no byte came after it\n" +
		"rule part: fired once, on conn 1 at byte 2; 3 bytes came after it\n"
	if got := g.Report().String(); got != want {
		t.Errorf("report:\n%s want\n%s", got, want)
	}
	in.Followed(7) // in the socket when it was closed
	if got := g.Report().Rules[0].Following; got != 7 {
		t.Errorf("Following = %d, want 7", got)
	}
}

func TestReportOfDatagrams(t *testing.T) {
	g := compile(t, Datagrams, 1, FromClient(Loss{Nth: 9}), FromClient(Loss{Rate: 1}).AfterDatagrams(4))
	fates(g, 1, 3)
	want := "rule loss.FromClient.1: armed: reached, but it never hit (peer 1 got to datagram 3)\n" +
		"rule loss.FromClient.2: not reached: it waits for datagram 4 FromClient; peer 1 got to datagram 3\n"
	if got := g.Report().String(); got != want {
		t.Errorf("report = %s\n want %s", got, want)
	}
}
