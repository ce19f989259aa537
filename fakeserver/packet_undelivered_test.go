package fakeserver_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// wantUndelivered checks what a record says was not delivered that way, as "peer 1 #2+3" for
// datagrams 2, 3 and 4.
func wantUndelivered(t *testing.T, tr transcript.Transcript, d transcript.Direction, words string, want ...string) {
	t.Helper()
	wantNotDelivered(t, tr, transcript.Undelivered, d, words, want...)
}

// wantNotDelivered checks the events of a kind, as wantUndelivered does.
func wantNotDelivered(t *testing.T, tr transcript.Transcript, k transcript.Kind, d transcript.Direction, words string, want ...string) {
	t.Helper()
	var got []string
	for e := range tr.Kind(k).All() {
		if e.Direction != d {
			continue
		}
		got = append(got, fmt.Sprintf("peer %d #%d+%d", e.Conn, e.Offset, e.Count))
		if !strings.Contains(e.Text, words) || e.Peer == "" {
			t.Errorf("%v: want a peer and %q", e, words)
		}
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("%v: %q, want %q\n%v", k, got, want, tr)
	}
}

// faults waits until rules have acted n times.
func faults(n int) func(transcript.Transcript) bool {
	return func(tr transcript.Transcript) bool { return len(tr.Faults()) >= n }
}

// What was to leave later is named by Down, and does not leave after Up.
func TestPacketServerDownNamesWhatWasToLeaveLater(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{},
		Faults: plan(fault.ToClient(fault.Latency{Delay: time.Hour}).ForDatagrams(3).Named("late").NeedNotFire(),
			fault.ToClient(fault.Reorder{Rate: 1}).AfterDatagrams(3).ForDatagrams(1).OnConn(2).Named("held back").NeedNotFire())})
	a, b := dialUDP(t, srv), dialUDP(t, srv)
	for _, c := range []net.Conn{a, b} {
		for i := range 3 {
			send(t, c, fmt.Sprint("late ", i))
		}
	}
	wait(t, srv, faults(6))
	send(t, b, "held back")
	wait(t, srv, faults(7))
	if err := srv.Down(); err != nil {
		t.Fatal(err)
	}
	wantUndelivered(t, srv.Transcript(), transcript.ToClient, "down: not sent", "peer 1 #1+3", "peer 2 #1+4")
	wantActed(t, srv, "late", 0, 6)
	wantActed(t, srv, "held back", 0, 1)
	if err := srv.Up(); err != nil {
		t.Fatal(err)
	}
	send(t, b, "prompt")
	wantRead(t, b, "prompt")
}

func TestPacketServerCloseNamesWhatWasKept(t *testing.T) {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{
		Faults: plan(fault.ToClient(fault.Latency{Delay: time.Hour}), fault.FromClient(fault.Duplicate{Rate: 1}).OnConn(1), fault.FromClient(fault.Reorder{Rate: 1}).OnConn(2)),
		Handler: fakeserver.PacketHandlerFunc(func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			_, err := w.Write(p.Data)
			<-ctx.Done()
			return err
		})})
	if err != nil {
		t.Fatal(err)
	}
	a, b := dialUDP(t, srv), dialUDP(t, srv)
	send(t, a, "1")
	wait(t, srv, faults(2)) // and its answer's
	send(t, a, "2")
	send(t, b, "held back")
	wait(t, srv, faults(4))
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	wantUndelivered(t, srv.Transcript(), transcript.ToClient, "closed: not sent", "peer 1 #1+1")
	// The second copy of the first, and both of the second.
	wantUndelivered(t, srv.Transcript(), transcript.FromClient, "the handler did not get it", "peer 1 #1+2", "peer 1 #2+1", "peer 2 #1+1")
	wantActed(t, srv, "latency.ToClient.1", 0, 1)
	wantActed(t, srv, "duplicate.FromClient.1", 2, 0) // they lay ready
	wantActed(t, srv, "reorder.FromClient.1", 0, 1)
}

// A datagram that the socket refuses fails its own Write only, and takes no other with it.
func TestPacketWriterErrorIsOfItsOwnDatagramOnly(t *testing.T) {
	errs := make(chan error, 9)
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{
		Faults: plan(fault.ToClient(fault.Reorder{Rate: 1}).ForDatagrams(1).Named("one").NeedNotFire(),
			fault.ToClient(fault.Reorder{Rate: 1, Gap: 1}).AfterDatagrams(1).ForDatagrams(1).Named("the second's").NeedNotFire(),
			fault.ToClient(fault.Reorder{Rate: 1, Gap: 2}).ForDatagrams(1).Named("two more").NeedNotFire()),
		Handler: fakeserver.PacketHandlerFunc(func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			// The first is held back behind three, the second behind one, both too long but the second.
			for _, size := range []int{65508, 65508, 10, 20, 65508, 30} {
				_, err := w.Write(make([]byte, size))
				errs <- err
			}
			return nil
		})})
	c := dialUDP(t, srv)
	send(t, c, "go")
	for i, fails := range []bool{false, false, false, false, true, false} {
		if err := <-errs; (err != nil) != fails {
			t.Errorf("Write %d = %v, want an error: %v", i+1, err, fails)
		}
	}
	for _, size := range []int{10, 20, 30} {
		wantRead(t, c, string(make([]byte, size)))
	}
	tr := srv.Transcript()
	wantNotDelivered(t, tr, transcript.DatagramUnsent, transcript.ToClient, "message too long", "peer 1 #2+0", "peer 1 #1+0", "peer 1 #5+0")
	if n := len(tr.Datagrams(transcript.ToClient)); n != 3 {
		t.Errorf("%d datagrams left by the record, want 3\n%v", n, tr)
	}
	for _, rule := range []string{"one", "the second's", "two more"} {
		wantActed(t, srv, rule, 0, 1)
	}
}

// What has arrived, and nobody read, is in the record when a PacketConn is closed.
func TestPacketConnCloseTakesWhatHasArrived(t *testing.T) {
	pc := wrapPacket(t)
	c := dialUDP(t, pc)
	for i := range 20 {
		send(t, c, fmt.Sprint(i))
	}
	wantFrom(t, pc, "0")
	pc.Close()
	tr := pc.Transcript()
	if n := len(tr.Datagrams(transcript.FromClient)); n != 20 {
		t.Errorf("%d of 20 are in the record\n%v", n, tr)
	}
	wantUndelivered(t, tr, transcript.FromClient, "closed: not read", "peer 1 #2+19")
}

// forgetful loses a datagram while it is asked what waits.
type forgetful struct {
	net.PacketConn
	lost *atomic.Int64
}

func (f forgetful) Waiting() (int, error) {
	f.lost.Store(1)
	return 0, nil
}

func (f forgetful) Drops() (int64, error) { return f.lost.Load(), nil }

// What the kernel loses while a PacketConn's Close takes the rest is in the record, too.
func TestPacketConnCloseCountsWhatIsLostMeanwhile(t *testing.T) {
	pc := fakeserver.StartPacketConn(t, forgetful{listenUDP(t), new(atomic.Int64)}, fakeserver.PacketConfig{})
	if err := pc.Close(); err != nil {
		t.Error(err)
	}
	if n := pc.Transcript().Drops(); n != 1 {
		t.Errorf("%d were lost by the record, want 1\n%v", n, pc.Transcript())
	}
}
