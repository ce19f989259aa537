package fakeserver_test

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
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

// A roomless is a file that has room until it has so much.
type roomless struct {
	file
	most int
	room chan struct{}
}

// Room has none until the test says so.
func (c *roomless) Room() <-chan struct{} {
	if len(c.String()) < c.most {
		return nil
	}
	select {
	case <-c.room:
		return nil
	default:
		return c.room
	}
}

// Where there is no room for a while, clients wait, and what was recorded before is written all the same: a process that is killed then
// loses nothing.
func TestRecordToWithoutRoomHasAllThatIsRecorded(t *testing.T) {
	f := roomless{most: 1000, room: make(chan struct{})}
	srv, err := fakeserver.Listen(fakeserver.Config{RecordTo: &f})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c := dial(t, srv)
	if n := fill(t, c); n >= 1<<30 {
		t.Fatalf("the client did not have to wait in %d bytes", n)
	}
	recorded := func() int { return len(srv.Transcript().FromClient()) }
	written := func() int {
		rec, err := transcript.Read(strings.NewReader(f.String()))
		if err != nil && !errors.Is(err, transcript.ErrCutOff) {
			t.Fatal(err)
		}
		return len(rec.Transcript.FromClient())
	}
	for end := time.Now().Add(patience); written() < recorded(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d bytes are recorded, and %d written", recorded(), written())
		}
	}
	before := recorded()
	close(f.room)
	wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.FromClient()) > before })
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if n, m := written(), len(srv.Recording().Transcript.FromClient()); n != m {
		t.Errorf("%d bytes are recorded in the end, and %d written", m, n)
	}
}
