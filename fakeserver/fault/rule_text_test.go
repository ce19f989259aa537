package fault

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

func TestRuleInWords(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{ToClient(Reset{}).AfterBytes(3).OnConn(1), "reset to the client after 3 bytes on conn 1"},
		{ToClient(Reset{}), "reset to the client"},
		{FromClient(Stall{}).Now(), "stall from the client from now on"},
		{OnAccept(Close{}).OnConn(1, 3), "close on accept on conns 1, 3"},
		{OnAccept(FailAccept{}), "fail-accept on accept"},
		{OnAccept(FailAccept{Errno: syscall.EMFILE}).Times(2), "fail-accept (errno EMFILE) on accept at most 2 times"},
		{OnAccept(FailAccept{Errno: 5}), "fail-accept (errno " + syscall.Errno(5).Error() + ") on accept"},
		{ToClient(Hold{Gate: "g"}).AfterBytes(1).AfterMatch("PING\n").FromConn(2), `hold (gate "g") to the client after 1 byte and "PING\n" on conn 2 and later ones`},
		{ToClient(Latency{Delay: 20 * ms, Jitter: ms, Distribution: Normal}).AfterTime(time.Second).ForTime(time.Minute), "latency (delay 20ms, jitter 1ms, distribution normal) to the client after 1s for 1m0s"},
		{ToClient(Stall{}).AfterMatchIn(fromClient, "GET").AfterNthMatch(2, "GET").Plus(4), `stall to the client after 4 bytes past match 2 of "GET" from the client`},
		{ToClient(Close{}).AfterWrites(2), "close to the client after 2 writes"},
		{FromClient(Loss{Nth: 1}).Containing("a").AfterEveryMatch("b").ForDatagrams(1), `loss (nth 1) from the client on those with "a" after every "b" for 1 datagram`},
		{ToClient(Bandwidth{BytesPerSecond: 9}).ForBytes(5), "bandwidth (bytes per second 9) to the client for 5 bytes"},
		{ToClient(Slice{Sizes: []int64{1, 2}}).WithProbability(.5).Times(2), "slice (sizes 1, 2) to the client with probability 0.5 at most 2 times"},
		{FromClient(Loss{Rate: .1}).AfterDatagrams(10).ForDatagrams(1).OnConn(2), "loss (rate 0.1) from the client after 10 datagrams for 1 datagram on peer 2"},
		{FromClient(&Loss{Nth: 3}).FromConn(2), "loss (nth 3) from the client on peer 2 and later ones"},
		{ToClient(Overwrite{At: 2, Bytes: []byte("\x00")}).AfterMatch("len="), `overwrite (at 2, bytes "\x00") to the client after "len="`},
		{FromClient(Blackhole{}).ForDatagrams(2).OnConn(1), "blackhole from the client for 2 datagrams on peer 1"},
		{ToClient(Reset{}).Times(1).MustHit().Named("cut"), "cut: reset to the client at most 1 time, which must hit"},
		{ToClient(Reset{}).NeedNotFire(), "reset to the client, which need not fire"},
		{AtStart(Down{For: time.Minute}).Now(), "down (for 1m0s) at the server's start from now on"},
		{AtStart(Down{For: Forever}), "down (for good) at the server's start"},
		{Rule{}, "no fault on accept"},
		{ToClient((*Reset)(nil)), "no fault to the client"},
		{Rule{Fault: Reset{}, Direction: 7}, "reset in direction 7"},
	} {
		if got := fmt.Sprint(tt.rule); got != tt.want {
			t.Errorf("%#v is\n\t%s, want\n\t%s", tt.rule, got, tt.want)
		}
	}
	if got, want := fmt.Sprintf("%#v", ToClient(Reset{})), "fault.ToClient(fault.Reset{})"; got != want {
		t.Errorf("%%#v is %s, want %s", got, want)
	}
}

// All that there is of a rule is in its words, and of any rule.
func TestRuleInWordsTellsRulesApart(t *testing.T) {
	m := newPlanMaker(9, false)
	for range 2000 {
		_ = m.rule().String()
	}
	r := ToClient(Latency{Delay: ms})
	seen := map[string]Rule{}
	for _, r := range []Rule{r, r.Now(), r.AfterBytes(1), r.AfterDatagrams(1), r.AfterMatch("1"), r.AfterNthMatch(2, "1"), r.AfterEveryMatch("1"), r.AfterMatchIn(fromClient, "1"), r.AfterMatch("1").Plus(1),
		r.AfterWrites(1), r.Containing("1"), r.AfterTime(1), r.ForBytes(1), r.ForDatagrams(1), r.ForTime(1),
		r.OnConn(1), r.FromConn(1), r.WithProbability(1), r.Times(1), r.MustHit(), r.NeedNotFire(), r.Named("1"), FromClient(r.Fault), OnAccept(r.Fault), AtStart(r.Fault), ToClient(Latency{Jitter: ms})} {
		if other, twice := seen[r.String()]; twice {
			t.Errorf("%#v and %#v are both %v", r, other, r)
		}
		seen[r.String()] = r
	}
}
