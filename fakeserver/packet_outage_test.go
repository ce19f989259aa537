package fakeserver_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// A packetOutage is a packet server in a bubble, which goes down by rules, and its client.
type packetOutage struct {
	*testing.T
	srv *fakeserver.PacketServer
	c   net.Conn
}

func inPacketOutage(t *testing.T, h fakeserver.PacketHandler, body func(o *packetOutage), rules ...fault.Rule) {
	t.Helper()
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		network := new(fakenet.Network)
		o := &packetOutage{T: t, srv: fakeserver.StartPacket(tb, fakeserver.PacketConfig{Transport: network, Handler: h, Faults: plan(rules...)})}
		c, err := network.DialContext(context.Background(), "udp", o.srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		o.c = c
		body(o)
	})
}

// wantAnswered checks that a datagram is answered, or that its port is unreachable.
func (o *packetOutage) wantAnswered(when string, want bool) {
	o.Helper()
	send(o, o.c, "ping")
	o.c.SetReadDeadline(time.Now().Add(time.Nanosecond))
	n, err := o.c.Read(make([]byte, 9))
	if (n == 4) != want || errors.Is(err, syscall.ECONNREFUSED) == want {
		o.Errorf("%s: %d bytes, %v; answered: want %v\n%v", when, n, err, want, o.srv.Transcript())
	}
}

func (o *packetOutage) wantOutage(d time.Duration) {
	o.Helper()
	o.wantAnswered("at once", false)
	time.Sleep(d - 2)
	o.wantAnswered("just before it is over", false)
	time.Sleep(3 * time.Nanosecond)
	o.wantAnswered("when it is over", true)
}

func TestDownRuleOfDatagramsActsWithItsDatagram(t *testing.T) {
	inPacketOutage(t, fakeserver.PacketEcho{}, func(o *packetOutage) {
		for range 3 {
			o.wantAnswered("before", true)
		}
		time.Sleep(1 * time.Nanosecond) // the last answer has left, and then the port refuses
		o.wantOutage(time.Minute)
	}, fault.ToClient(fault.Down{For: time.Minute}).AfterDatagrams(3))
}

// The handler gets the datagram when the port refuses already: there is no way to answer it.
func TestDownRuleFromTheClientComesBeforeTheHandler(t *testing.T) {
	var got []error
	inPacketOutage(t, fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
		_, err := w.Write(p.Data)
		got = append(got, err)
		return nil
	}), func(o *packetOutage) {
		o.wantAnswered("the first", true)
		send(o, o.c, "ping")
		time.Sleep(1 * time.Nanosecond)
		o.wantOutage(time.Minute)
		o.srv.Close()
		if len(got) != 3 || got[0] != nil || !errors.Is(got[1], net.ErrClosed) || got[2] != nil {
			t.Errorf("the handler's Writes gave %v; want the second one to fail", got)
		}
	}, fault.FromClient(fault.Down{For: time.Minute}).AfterDatagrams(2))
}

// A restart drops what the handler has not got, and what the server has kept, and names it.
func TestRestartRuleOfDatagramsDropsWhatIsHeld(t *testing.T) {
	inPacketOutage(t, fakeserver.PacketEcho{}, func(o *packetOutage) {
		send(o, o.c, "one")
		time.Sleep(time.Second) // its answer is late
		send(o, o.c, "two")
		time.Sleep(time.Hour)
		var got []string
		for e := range o.srv.Transcript().Kind(transcript.Undelivered).All() {
			got = append(got, e.Text)
		}
		want := "restart: not sent, restart: the handler did not get it"
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("undelivered: %q, want %q\n%v", text, want, o.srv.Transcript())
		}
	}, fault.ToClient(fault.Latency{Delay: time.Minute}).NeedNotFire(), fault.FromClient(fault.Restart{For: time.Second}).AfterDatagrams(2))
}

func TestPacketRestart(t *testing.T) {
	inPacketOutage(t, fakeserver.PacketEcho{}, func(o *packetOutage) {
		o.wantAnswered("before", true)
		wantNil(o, "Restart", o.srv.Restart(0))
		o.wantAnswered("back at once", true)
		wantNil(o, "Restart", o.srv.Restart(time.Minute))
		o.wantOutage(time.Minute)
		wantNil(o, "Restart", o.srv.Restart(time.Minute))
		wantNil(o, "Up", o.srv.Up())
		o.wantAnswered("after Up", true)
		wantNil(o, "Restart", o.srv.Restart(time.Minute))
		wantNil(o, "Down", o.srv.Down())
		time.Sleep(time.Hour)
		o.wantAnswered("by Down", false)
		wantError(t, "Restart", o.srv.Restart(-1), nil, "want 0 or more")
		if n := o.srv.Transcript().Conns(); n != 1 {
			t.Errorf("%d peers, want the client to be the same all the time", n)
		}
		o.srv.Close()
		wantError(t, "Restart", o.srv.Restart(0), net.ErrClosed)
	})
}
