package fakeserver_test

import (
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest"
)

// With many connections at once, and faults of all kinds, a file has each event of the record, in the same order.
func TestRecordToHasManyConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f file
		var network nettest.Network
		srv, err := fakeserver.Listen(fakeserver.Config{
			Transport: &network, Handler: fakeserver.Echo{}, RecordTo: &f,
			Faults: fault.Plan{Seed: 7, Rules: []fault.Rule{
				fault.FromClient(fault.Corrupt{Rate: 0.01}),
				fault.ToClient(fault.Slice{Size: 7}),
				fault.ToClient(fault.Latency{Delay: 3e6, Jitter: 1e6}),
				fault.ToClient(fault.Reset{}).AfterBytes(200).WithProbability(0.3),
				fault.FromClient(fault.HalfClose{}).AfterBytes(100).OnConn(3),
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		var clients sync.WaitGroup
		for range 40 {
			clients.Go(func() {
				c, err := srv.Dial(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				defer c.Close()
				io.WriteString(c, strings.Repeat("hello ", 50)) // which a rule may cut short
				c.(interface{ CloseWrite() error }).CloseWrite()
				io.Copy(io.Discard, c)
			})
		}
		clients.Wait()
		if err := srv.Close(); err != nil {
			t.Fatal(err)
		}
		got, want := f.recording(t).Transcript, srv.Transcript()
		if got.Len() < 400 || got.Dump() != want.Dump() {
			t.Errorf("the file has %d events, and the record %d, and they are not the same", got.Len(), want.Len())
		}
	})
}
