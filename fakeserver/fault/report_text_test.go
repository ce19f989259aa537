package fault

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestReportCountsAsPeopleDo(t *testing.T) {
	stall := ToClient(Stall{For: 1})
	for _, tt := range []struct {
		m     Medium
		conns int
		o     Outcome
		want  string
	}{
		{Streams, 1, Outcome{Rule: ToClient(Slice{Size: 1}), State: Fired, Count: 1, Conn: 1, Offset: 3}, "fired once, on conn 1 at byte 3"},
		{Streams, 1, Outcome{Rule: ToClient(Slice{Size: 1}), State: Fired, Count: 2, Conn: 1, Offset: 3}, "fired 2 times, first on conn 1 at byte 3"},
		{Datagrams, 1, Outcome{Rule: ToClient(Loss{Nth: 1}), State: Fired, Count: 1, Conn: 4, Offset: 1, Dropped: 1}, "fired once, on peer 4, datagram 1; 1 byte went nowhere"},
		{Datagrams, 1, Outcome{Rule: ToClient(Loss{Nth: 1}), State: Fired, Count: 1, Conn: 4, Offset: 1, Datagrams: 1}, "fired once, on peer 4, datagram 1"},
		{Datagrams, 9, Outcome{Rule: ToClient(Loss{Rate: .3}), State: Fired, Count: 20, Conn: 2, Offset: 5, Datagrams: 57}, "fired on 20 of 57 datagrams, first on peer 2, datagram 5"},
		{Datagrams, 9, Outcome{Rule: ToClient(Loss{Nth: 1}), State: Fired, Count: 1, Conn: 2, Offset: 5, Datagrams: 57}, "fired on 1 of 57 datagrams, on peer 2, datagram 5"},
		{Datagrams, 9, Outcome{Rule: ToClient(Loss{Nth: 1}), State: Passed}, "passed: the peer was past its datagrams when the rule came"},
		{Datagrams, 9, Outcome{Rule: ToClient(Loss{Nth: 1}).OnConn(2, 3)}, "not reached: it waits for peer 2 3, the first datagram ToClient; none of its peers sent anything in that direction (9 peers)"},
		{Streams, 1, Outcome{Rule: ToClient(Blackhole{}), State: Fired, Count: 1, Conn: 1, Dropped: 2}, "fired once, on conn 1 at byte 0; 2 bytes went nowhere"},
		{Streams, 1, Outcome{Rule: stall, State: Fired, Count: 1, Conn: 1, Offset: 3, Following: 1}, "fired once, on conn 1 at byte 3; 1 byte came after it"},
		{Streams, 2, Outcome{Rule: stall}, "not reached: it waits for the first byte ToClient; none of its connections sent anything in that direction (2 accepted)"},
		{Datagrams, 0, Outcome{Rule: ToClient(Loss{Nth: 1})}, "not reached: it waits for the first datagram ToClient; none of its peers sent anything in that direction (0 peers)"},
		{Streams, 1, Outcome{Rule: OnAccept(Reset{})}, "not reached: it waits for a connection; none of its connections came (1 accepted)"},
		{Streams, 1, Outcome{Rule: OnAccept(Reset{}).FromConn(2), Live: true}, "not reached: it waits for conn 2 or a later one; none of its connections came since the rule came (1 accepted)"},
		{Streams, 1, Outcome{Rule: Rule{Fault: Reset{}, Direction: transcript.Neither}, State: Fired, Count: 1, Conn: 1}, "fired once, when conn 1 was accepted"},
	} {
		if got := (Report{Medium: tt.m, Conns: tt.conns}).describe(tt.o); got != tt.want {
			t.Errorf("%+v:\n%s, want\n%s", tt.o, got, tt.want)
		}
	}
}
