package fakeserver_test

import (
	"context"
	"io"
	"net"
	"slices"
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

// askAll asks on a connection, and returns all of the answer.
func askAll(t *testing.T, c *net.TCPConn) string {
	t.Helper()
	send(t, c, "?")
	c.CloseWrite()
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// Who has dialed before has the old handler, though nothing was said yet, and the record says
// where the change came.
func TestSetHandlerIsForConnectionsFromNowOn(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "old"}})
	before := []*net.TCPConn{dial(t, srv), dial(t, srv)}
	if err := srv.SetHandler(fakeserver.Reply{Data: "new"}); err != nil {
		t.Fatal(err)
	}
	after := dial(t, srv)
	for n, c := range append(before, after) {
		want := "old"
		if c == after {
			want = "new"
		}
		if got := askAll(t, c); got != want {
			t.Errorf("client %d was answered %q, want %q", n+1, got, want)
		}
	}
	var kinds []string
	for e := range srv.Transcript().All() {
		if e.Kind == transcript.Accept || e.Kind == transcript.Note {
			kinds = append(kinds, e.Kind.String()+" "+e.Text)
		}
	}
	want := []string{"accept ", "accept ", "note handler: fakeserver.Reply for connections from now on", "accept "}
	if !slices.Equal(kinds, want) {
		t.Errorf("the record has %q, want %q", kinds, want)
	}
}

func TestSetHandlerWhateverStateTheServerIsIn(t *testing.T) {
	for name, refuse := range map[string]func(*fakeserver.Server) error{
		"up":            func(*fakeserver.Server) error { return nil },
		"down":          (*fakeserver.Server).Down,
		"ignores dials": (*fakeserver.Server).IgnoreDials,
	} {
		srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "old"}})
		if err := refuse(srv); err != nil {
			t.Logf("%s: %v", name, err) // not on this platform
		}
		for _, h := range []fakeserver.Handler{fakeserver.Reply{Data: "other"}, fakeserver.Reply{Data: "new"}} {
			if err := srv.SetHandler(h); err != nil {
				t.Errorf("%s: SetHandler = %v", name, err)
			}
		}
		if err := srv.Up(); err != nil {
			t.Fatal(err)
		}
		if got := askAll(t, dial(t, srv)); got != "new" {
			t.Errorf("%s: answered %q, want \"new\"", name, got)
		}
	}
}

func TestSetHandlerRefuses(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "old"}})
	packets := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketReply{Data: "old"}})
	wantError(t, "an empty sequence", srv.SetHandler(fakeserver.Sequence{}), fakeserver.ErrConfig, "it is empty")
	wantError(t, "an empty sequence", packets.SetHandler(fakeserver.PacketSequence{}), fakeserver.ErrConfig, "it is empty")
	wantError(t, "a nil function", srv.SetHandler(fakeserver.HandlerFunc(nil)), fakeserver.ErrConfig, "nil")
	if got := askAll(t, dial(t, srv)); got != "old" {
		t.Errorf("answered %q, want \"old\"", got)
	}
	if err := srv.SetHandler(nil); err != nil {
		t.Fatal(err)
	}
	if got := askAll(t, dial(t, srv)); got != "" {
		t.Errorf("the default answered %q", got)
	}
	srv.Close()
	packets.Close()
	wantError(t, "after Close", srv.SetHandler(nil), net.ErrClosed)
	wantError(t, "after Close", packets.SetHandler(nil), net.ErrClosed)
}

// A plainTransport has listeners without a deadline, so that their Accept can't be held up.
type plainTransport struct{ *nettest.Network }

func (p plainTransport) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	ln, err := p.Network.Listen(ctx, network, address)
	return struct{ net.Listener }{ln}, err
}

// Where accepting can't be held up, what comes from now on still has the new handler.
func TestSetHandlerOnABareTransport(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Transport: plainTransport{new(nettest.Network)}, Handler: fakeserver.Reply{Data: "old"}})
	for _, want := range []string{"old", "new", "newest"} {
		if err := srv.SetHandler(fakeserver.Reply{Data: want}); err != nil {
			t.Fatal(err)
		}
		c, err := srv.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		send(t, c, "?")
		wantAll(t, c, want, io.EOF)
	}
}

// Clients that dial all the time are each answered by one of the handlers.
func TestSetHandlerAmongDials(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "a"}})
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				c, err := net.Dial("tcp", srv.Addr())
				if err != nil {
					t.Error(err)
					return
				}
				io.WriteString(c, "?")
				if got, err := io.ReadAll(c); err != nil || len(got) != 1 {
					t.Errorf("answered %q, %v", got, err)
				}
				c.Close()
			}
		})
	}
	for range 50 {
		for _, data := range []string{"b", "a"} {
			if err := srv.SetHandler(fakeserver.Reply{Data: data}); err != nil {
				t.Error(err)
			}
		}
	}
	close(stop)
	clients.Wait()
}

// What has arrived is the old handler's, whether it was to be delivered at once or later, and also
// if the old one did nothing.
func TestPacketSetHandlerIsForDatagramsFromNowOn(t *testing.T) {
	for name, old := range map[string]fakeserver.PacketHandler{"nothing": nil, "a reply": fakeserver.PacketReply{Data: "old"}} {
		for _, late := range []time.Duration{0, time.Hour} {
			synctest.Test(t, func(t *testing.T) {
				var network nettest.Network
				srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{
					Transport: &network, Handler: old, Faults: plan(fault.FromClient(fault.Latency{Delay: late + 1})),
				})
				c, err := srv.Dial(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				send(t, c, "before")
				if err := srv.SetHandler(fakeserver.PacketEcho{}); err != nil {
					t.Fatal(err)
				}
				send(t, c, "after")
				time.Sleep(2 * time.Hour)
				var want []string
				if old != nil {
					want = append(want, "old")
				}
				want = append(want, "after")
				var got []string
				for _, d := range srv.Transcript().Datagrams(transcript.ToClient) {
					got = append(got, string(d))
				}
				if !slices.Equal(got, want) {
					t.Errorf("after %s, %v late: answered %q, want %q\n%v", name, late, got, want, srv.Transcript())
				}
				if text := srv.Transcript().String(); !strings.Contains(text, "handler: fakeserver.PacketEcho for datagrams from now on") {
					t.Errorf("the record does not say that the handler changed\n%s", text)
				}
				c.Close()
			})
		}
	}
}

// On a socket, too, and in each state; a server that answered goes silent.
func TestPacketSetHandlerOnASocket(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{})
	c := dialUDP(t, srv)
	send(t, c, "for nobody")
	for n, h := range []fakeserver.PacketHandler{fakeserver.PacketReply{Data: "one"}, fakeserver.PacketReply{Data: "two"}} {
		if err := srv.SetHandler(h); err != nil {
			t.Fatal(err)
		}
		send(t, c, "?")
		wantRead(t, c, []string{"one", "two"}[n])
	}
	if srv.Down() == nil {
		if err := srv.SetHandler(fakeserver.PacketReply{Data: "three"}); err != nil {
			t.Fatal(err)
		}
		srv.Up()
		send(t, c, "?")
		wantRead(t, c, "three")
	}
	if err := srv.SetHandler(nil); err != nil {
		t.Fatal(err)
	}
	answers := len(srv.Transcript().Datagrams(transcript.ToClient))
	send(t, c, "silence")
	wait(t, srv, func(tr transcript.Transcript) bool { return strings.Contains(tr.String(), "silence") })
	srv.Close()
	if got := len(srv.Transcript().Datagrams(transcript.ToClient)); got != answers {
		t.Errorf("%d answers became %d", answers, got)
	}
}
