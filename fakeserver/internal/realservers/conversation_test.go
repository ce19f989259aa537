//go:build linux

package realservers

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A conversation is what a client and a server say to each other. The client is to say the same each time, but for what is
// ignored, varies or is carried.
type conversation struct {
	name    string
	server  starter
	client  client
	network string // of the proxy and the playback: "tcp", "unix" or "udp"
	ignore  []transcript.Ignore
	vary    []fakeserver.Span // of each datagram
	carry   []fakeserver.Carry
	conns   int      // how many connections the client makes, or from how many sockets it sends. If zero, 1
	want    []string // what is in the client's output when it has spoken to the real server
	logged  string   // what that server then says, if the client can't tell
}

// listen starts a server with a handler, which is one for the conversation's network.
func (c conversation) listen(t *testing.T, handler any, rules ...fault.Rule) fakeserver.Wire {
	t.Helper()
	var srv fakeserver.Wire
	var err error
	if plan := servertest.Plan(rules...); c.network == "udp" {
		srv, err = fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: handler.(fakeserver.PacketHandler), Faults: plan, Name: c.name})
	} else {
		srv, err = fakeserver.Listen(fakeserver.Config{Network: c.network, Handler: handler.(fakeserver.Handler), Faults: plan, Name: c.name})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Stop() })
	return srv
}

// proxyTo returns a handler that relays to a server.
func (c conversation) proxyTo(address string) any {
	if c.network == "udp" {
		return fakeserver.PacketProxy{Upstream: address}
	}
	return fakeserver.Proxy{Upstream: address}
}

// playback returns a handler that plays a recording.
func (c conversation) playback(rec transcript.Recording) any {
	if c.network == "udp" {
		return &fakeserver.PacketPlayback{Recording: rec, Ignore: c.ignore, Vary: c.vary, Carry: c.carry}
	}
	return &fakeserver.Playback{Recording: rec, Ignore: c.ignore, Carry: c.carry}
}

// over reports whether all has come that the client sends, and been answered.
func (c conversation) over(tr transcript.Transcript) bool {
	if c.network == "udp" {
		return len(tr.Datagrams(transcript.FromClient)) >= max(1, c.conns)
	}
	return tr.Kind(transcript.Close).Len() >= max(1, c.conns)
}

// record lets the client talk to the real server through a proxy. It returns what the client made of it, and the
// recording as it is read from its file.
func (c conversation) record(t *testing.T) (result, transcript.Recording) {
	t.Helper()
	real := c.server(t)
	srv := c.listen(t, c.proxyTo(real.address))
	res := c.client.talk(t, srv.Address())
	servertest.Wait(t, srv, c.over)
	for _, want := range c.want {
		if !strings.Contains(res.output, want) {
			t.Fatalf("the client's output does not have %q: %v\n%s", want, res, srv.Transcript())
		}
	}
	if !real.process.says(t, c.logged) {
		t.Fatalf("the server ended:\n%s", real.process.log())
	}
	if err := cmp.Or(srv.Stop(), srv.Verify()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "conversation.jsonl")
	if err := srv.Recording().WriteFile(file); err != nil {
		t.Fatal(err)
	}
	rec, err := transcript.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := rec.Transcript.Conns(); got != max(1, c.conns) {
		t.Fatalf("the client made %d connections, want %d", got, max(1, c.conns))
	}
	return res, rec
}

// play lets the client talk to a playback of the recording: all is to be as it was.
func (c conversation) play(t *testing.T, rec transcript.Recording, want result) {
	t.Helper()
	srv := c.listen(t, c.playback(rec))
	got := c.client.talk(t, srv.Address())
	servertest.Wait(t, srv, c.over)
	err := cmp.Or(srv.Stop(), srv.Verify())
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("recorded:\n%s\nplayed:\n%s", rec.Transcript, srv.Transcript())
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.output != want.output || got.exit != want.exit {
		t.Fatalf("of the playback the client made: %v, want as of the server: %v", got, want)
	}
	if diff := c.diff(rec.Transcript, srv.Transcript()); diff != "" {
		t.Fatalf("the record of the playback differs from the one that it played:\n%s", diff)
	}
}

// A place is that of a byte that the client sends: in a stream, or in one of the datagrams of a socket.
type place struct {
	conn     int
	datagram int // from 0
	offset   int
}

// change lets the client talk to a playback through a proxy that changes one bit of what it says. The playback is to find it.
func (c conversation) change(t *testing.T, rec transcript.Recording, at place) {
	t.Helper()
	srv := c.listen(t, c.playback(rec))
	rule := fault.FromClient(fault.Corrupt{Bits: []int64{0}}).AfterBytes(int64(at.offset))
	if c.network == "udp" {
		rule = fault.FromClient(fault.Corrupt{Bits: []int64{8 * int64(at.offset)}}).AfterDatagrams(int64(at.datagram)).ForDatagrams(1)
	}
	proxy := c.listen(t, c.proxyTo(srv.Address()), rule.OnConn(at.conn))

	c.talkUntil(t, srv, proxy.Address(), failed)
	srv.Stop()
	var mismatch *fakeserver.MismatchError
	if err := srv.Verify(); !errors.As(err, &mismatch) || int(mismatch.Offset) != at.offset || c.network == "udp" && int(mismatch.Datagram) != at.datagram+1 {
		t.Fatalf("byte %d of datagram %d of conn %d was changed, and the playback says: %v", at.offset, at.datagram, at.conn, err)
	}
}

// talkUntil lets the client talk to an address until something is in the record of a server, and ends it: it may wait for answers.
func (c conversation) talkUntil(t *testing.T, srv fakeserver.Wire, addr string, cond func(transcript.Transcript) bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cmd := c.client.command(ctx, t, addr)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cancel()
	servertest.Wait(t, srv, cond)
}

// failed reports whether a handler has failed.
func failed(tr transcript.Transcript) bool { return tr.Kind(transcript.Error).Len() > 0 }
