package fakeserver_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What the old plan holds back comes after the datagrams that it was held back for, whatever plan
// these go by, and whether or not a handler wants any.
func TestReorderedDatagramComesAfterALaterOneOfAnotherPlan(t *testing.T) {
	for _, h := range []fakeserver.PacketHandler{fakeserver.PacketEcho{}, fakeserver.PacketDiscard{}} {
		synctest.Test(t, func(t *testing.T) {
			srv := startRefusing(t, h, func() bool { return false }, fault.FromClient(fault.Reorder{Rate: 1}).ForDatagrams(1).Named("it"))
			c := sendInMemory(t, srv, "a")
			if err := srv.SetFaults(fault.Plan{}); err != nil {
				t.Fatal(err)
			}
			send(t, c, "b")
			synctest.Wait()
			srv.Close()
			if n := srv.Transcript().Kind(transcript.Undelivered).Len(); n != 0 {
				t.Errorf("%T: a datagram was not delivered\n%v", h, srv.Transcript())
			}
			if o := outcomeOf(srv.Report(), "it"); o.Count != 1 {
				t.Errorf("%T: the rule acted %d times, want once\n%v", h, o.Count, srv.Transcript())
			}
		})
	}
}

// A handler that appends to a datagram does not write over the record, where a rule has cut that, either.
func TestPacketDataThatIsAppendedToLeavesTheRecordAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := startRefusing(t, fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			_, err := w.Write(append(p.Data, "!!"...))
			return err
		}), func() bool { return false }, fault.FromClient(fault.Truncate{Size: 1}).AfterDatagrams(1))
		sendInMemory(t, srv, "whole", "whole")
		tr := srv.Transcript()
		for i, want := range []string{"whole!!", "w!!"} {
			in, out := tr.Datagrams(transcript.FromClient), tr.Datagrams(transcript.ToClient)
			if string(in[i]) != "whole" || string(out[i]) != want {
				t.Errorf("the record has %q, and %q was answered", in[i], out[i])
			}
		}
	})
}
