package fakeserver_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// Where nothing listens, both records say so, and what comes once something does arrives: no datagram is lost by an
// error that is about another one.
func TestPacketProxySaysThatTheUpstreamIsUnreachable(t *testing.T) {
	for _, network := range []string{"udp", "memory"} {
		t.Run(network, func(t *testing.T) {
			onPacketProxy(t, network, fakeserver.PacketProxy{}, fakeserver.PacketEcho{}, fault.Plan{}, func(s packetProxied) {
				if err := s.upstream.Down(); err != nil {
					t.Skip(err)
				}
				c := s.dial()
				for n := range 3 {
					fmt.Fprint(c, "x")
					s.await("the upstream refuses", func(client, up transcript.Transcript) bool {
						return client.Kind(transcript.Error).Len() > n && up.Kind(transcript.Error).Len() > n
					})
				}
				if err := s.upstream.Up(); err != nil {
					t.Fatal(err)
				}
				send(t, c, "up again")
				wantRead(t, c, "up again")
				for _, tr := range []transcript.Transcript{s.srv.Transcript(), s.srv.Upstream()} {
					for e := range tr.Kind(transcript.Error).All() {
						if !strings.Contains(e.Text, "port unreachable: ") || !strings.Contains(e.Text, "refused") || e.Conn != 1 {
							t.Errorf("%v: want that the port is unreachable", e)
						}
					}
				}
				if err := s.srv.Verify(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// An upstream that can't be had loses the datagram, and nothing else.
func TestPacketProxyWithoutADescriptor(t *testing.T) {
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		n, dials := new(fakenet.Network), 0
		x := fakeserver.PacketProxy{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials++; dials == 2 {
				return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.EMFILE}
			}
			return n.DialContext(ctx, network, address)
		}}
		withPacketProxy(tb, fakeserver.PacketConfig{Transport: n}, x, fakeserver.PacketEcho{}, fault.Plan{}, func(s packetProxied) {
			a, b := s.dial(), s.dial()
			send(t, a, "one")
			wantRead(t, a, "one")
			send(t, b, "lost")
			s.await("it is lost", func(client, up transcript.Transcript) bool {
				lost := client.Conn(2).Kind(transcript.Error)
				return lost.Len() == 1 && strings.Contains(lost.String(), "upstream: datagram 1 is lost: dial udp: too many open files") && up.Conn(2).Len() == 1
			})
			send(t, a, "two")
			wantRead(t, a, "two")
			send(t, b, "three")
			wantRead(t, b, "three")
		})
	})
}

// An upstream on a unix socket may come late, and may start anew.
func TestPacketProxyToAUnixSocketThatComesAndGoes(t *testing.T) {
	path := unixPath(t)
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Network: "unixgram", Handler: fakeserver.PacketProxy{Upstream: path}})
	c := dialUnixgram(t, srv)
	send(t, c, "too early")
	wait(t, srv, func(tr transcript.Transcript) bool {
		return strings.Contains(tr.String(), "upstream: datagram 1 is lost: dial unixgram")
	})
	for n := range 3 {
		up := fakeserver.StartPacket(t, fakeserver.PacketConfig{Network: "unixgram", Addr: path, Handler: fakeserver.PacketEcho{}})
		text := fmt.Sprint("hello ", n)
		send(t, c, text)
		wantRead(t, c, text)
		if err := up.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(srv.Upstream().Datagrams(transcript.ToClient)); n != 3 {
		t.Errorf("%d answers in the upstream leg, want 3:\n%v", n, srv.Upstream())
	}
}

// What is too long for the other side's network is named, and the session goes on.
func TestPacketProxyNamesWhatIsTooLong(t *testing.T) {
	up := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Network: "unixgram", Handler: fakeserver.PacketProxy{Upstream: up.Addr()}})
	c := dialUnixgram(t, srv)
	c.Write(make([]byte, 100_000))
	send(t, c, "short")
	wantRead(t, c, "short")
	if tr := srv.Transcript(); !strings.Contains(tr.String(), "upstream: datagram 1 is lost: write udp") {
		t.Errorf("the client's leg does not name it:\n%v", tr)
	}
	wantNotDelivered(t, srv.Upstream(), transcript.DatagramUnsent, transcript.FromClient, "message too long", "peer 1 #1+0")

	long := fakeserver.StartPacket(t, fakeserver.PacketConfig{Network: "unixgram", Handler: fakeserver.PacketReply{Data: strings.Repeat("x", 100_000)}})
	srv = fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketProxy{Upstream: long.Addr()}})
	send(t, dialUDP(t, srv), "x")
	wait(t, srv, func(transcript.Transcript) bool { return srv.Upstream().Kind(transcript.Undelivered).Len() > 0 })
	wantUndelivered(t, srv.Upstream(), transcript.ToClient, "it did not go on to the client: write udp", "peer 1 #1+1")
	wantNotDelivered(t, srv.Transcript(), transcript.DatagramUnsent, transcript.ToClient, "message too long", "peer 1 #1+0")
}
