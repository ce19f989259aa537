package fakeserver_test

import (
	"fmt"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Each query waits for its answer, so that the first that is missing is told by the next.
func TestAnswerToOneQueryIsLost(t *testing.T) {
	for _, tt := range []struct {
		rule fault.Rule
		lost []int
	}{
		{fault.ToClient(fault.Loss{Rate: 1}).AfterMatchIn(transcript.FromClient, "query 3").ForDatagrams(1), []int{3}},
		{fault.ToClient(fault.Loss{Rate: 1}).AfterMatchIn(transcript.FromClient, "query").AfterNthMatch(4, "query").AfterEveryMatch("query").ForDatagrams(1), []int{4, 5}},
		{fault.ToClient(fault.Loss{Rate: 1}).Containing("query 2"), []int{2}},
		{fault.ToClient(fault.Loss{Rate: 1}).AfterMatch("query 2").ForDatagrams(2), []int{3, 4}},
		{fault.FromClient(fault.Loss{Rate: 1}).AfterMatchIn(transcript.ToClient, "query 4"), []int{5}},
		{fault.FromClient(fault.Loss{Every: 2}).Containing("query"), []int{2, 4}},
	} {
		t.Run(fmt.Sprintf("%#v", tt.rule), func(t *testing.T) {
			srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, Faults: plan(tt.rule)})
			c := dialUDP(t, srv)
			for n := 1; n <= 5; n++ {
				query := fmt.Sprint("query ", n)
				send(t, c, query)
				wait(t, srv, func(tr transcript.Transcript) bool {
					return tr.Conn(1).Faults() != nil || len(tr.Datagrams(transcript.ToClient)) == n
				})
				if len(tt.lost) > 0 && tt.lost[0] == n {
					tt.lost = tt.lost[1:]
					wait(t, srv, func(tr transcript.Transcript) bool {
						faults := tr.Conn(1).Faults()
						return len(faults) > 0 && faults[len(faults)-1].Offset == int64(n)
					})
					continue
				}
				wantRead(t, c, query)
			}
			if len(tt.lost) > 0 {
				t.Errorf("the answers to %v were not lost", tt.lost)
			}
		})
	}
}
