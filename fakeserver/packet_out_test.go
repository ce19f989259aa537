package fakeserver_test

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// What is due leaves before what is written then, as what has come in does.
func TestLateDatagramThatIsDueLeavesBeforeOneThatIsWritten(t *testing.T) {
	for _, tt := range []struct {
		why  string
		rule fault.Rule
	}{
		{"a latency", fault.ToClient(fault.Latency{Delay: time.Second}).ForDatagrams(1)},
		{"a limit of speed", fault.ToClient(fault.Bandwidth{BytesPerSecond: 4, Burst: 1})},
	} {
		t.Run(tt.why, func(t *testing.T) {
			for range 20 {
				synctest.Test(t, func(t *testing.T) {
					srv := startRefusing(t, fakeserver.PacketHandlerFunc(func(_ context.Context, _ fakeserver.Packet, w fakeserver.PacketWriter) error {
						w.Write([]byte("late"))
						time.Sleep(time.Second)
						_, err := w.Write(nil)
						return err
					}), func() bool { return false }, tt.rule)
					c := sendInMemory(t, srv, "go")
					c.SetReadDeadline(time.Now().Add(patience))
					wantRead(t, c, "late")
					wantRead(t, c, "")
				})
			}
		})
	}
}

// What a server that is down, or closed, does not send makes nobody a peer.
func TestPacketWriterMakesNoPeerWhereNothingIsSent(t *testing.T) {
	writers := make(chan fakeserver.PacketWriter, 1)
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketHandlerFunc(
		func(_ context.Context, _ fakeserver.Packet, w fakeserver.PacketWriter) error {
			writers <- w
			return nil
		})})
	if err != nil {
		t.Fatal(err)
	}
	send(t, dialUDP(t, srv), "hi")
	w := <-writers
	for state, end := range []func() error{srv.Down, srv.Close} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
		events := srv.Transcript().Len()
		if n, err := w.WriteTo([]byte("late"), netip.MustParseAddrPort("127.0.0.1:9")); n != 0 || err == nil {
			t.Errorf("after end %d: WriteTo = %d, %v", state+1, n, err)
		}
		if tr := srv.Transcript(); tr.Len() != events || tr.Conns() != 1 {
			t.Errorf("after end %d the record goes on\n%v", state+1, tr)
		}
	}
}
