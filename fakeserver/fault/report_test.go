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
		ToClient(Stall{}).AfterBytes(70).MayNotFire(),
	)
	steps(g.Stream(2, transcript.ToClient), "abcdef", whole)
	steps(g.Stream(1, transcript.ToClient), "abcdef", whole)

	r := g.Report()
	for i, want := range []string{
		"rule reset.ToClient.1: fired 1 times, first on conn 2 at byte 3",
		"rule slice.ToClient.1: armed: reached, but it never hit (conn 1 got to byte 6)",
		"rule close.ToClient.1: not reached: it waits for conn 1, byte 50 ToClient; conn 1 got to byte 6",
		"rule close.ToClient.2: not reached: it waits for conn 7, byte 60 ToClient; 2 conns came, and none that it is for sent anything that way",
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

func TestReportOfDatagrams(t *testing.T) {
	g := compile(t, Datagrams, 1, FromClient(Loss{Nth: 9}), FromClient(Loss{Rate: 1}).AfterDatagrams(4))
	fates(g, 1, 3)
	want := "rule loss.FromClient.1: armed: reached, but it never hit (conn 1 got to datagram 3)\n" +
		"rule loss.FromClient.2: not reached: it waits for datagram 4 FromClient; conn 1 got to datagram 3\n"
	if got := g.Report().String(); got != want {
		t.Errorf("report = %s\n want %s", got, want)
	}
}
