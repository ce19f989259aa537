package fakeserver_test

import (
	"context"
	"io"
	"net"
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

func TestFINStaysAFIN(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "bye", Max: 1}})
	for n := 1; n <= 200; n++ {
		c := dial(t, srv)
		send(t, c, strings.Repeat("x", 10_000)) // most of which the handler never reads
		wantAll(t, c, "bye", io.EOF)
		send(t, c, "more")
		c.Close()
		wait(t, srv, ended(n))
		wantEnding(t, srv.Transcript(), n, transcript.ByFIN, transcript.ByFIN)
		if got := len(srv.Transcript().Conn(n).Canonical()[0].Data); got != 10_004 {
			t.Fatalf("conn %d: %d bytes in the record, want all 10,004", n, got)
		}
	}
}

func TestCloseTakesWhatHasArrived(t *testing.T) {
	for range 50 {
		srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.HandlerFunc(
			func(ctx context.Context, c *fakeserver.Conn) error { <-ctx.Done(); return nil })})
		if err != nil {
			t.Fatal(err)
		}
		a, b := dial(t, srv), dial(t, srv)
		send(t, a, "sent before Close")
		send(t, b, "this too")
		b.Close()
		if err := srv.Close(); err != nil {
			t.Fatal(err)
		}
		tr := srv.Transcript()
		if got := string(tr.FromClient()); got != "sent before Closethis too" {
			t.Fatalf("the record has %q\n%v", got, tr)
		}
		wantEnding(t, tr, 1, transcript.ByClose, transcript.ByFIN)
		wantEnding(t, tr, 2, transcript.ByFIN, transcript.ByFIN)
	}
}

// A handler may use the server's verbs. One that does so while Close waits for it hears that the
// server is closed, and does not hold it up.
func TestCloseLetsHandlersUseTheServer(t *testing.T) {
	for name, verb := range map[string]func(*fakeserver.Server) error{
		"SetHandler": func(s *fakeserver.Server) error { return s.SetHandler(nil) },
		"Down":       (*fakeserver.Server).Down, "Up": (*fakeserver.Server).Up, "IgnoreDials": (*fakeserver.Server).IgnoreDials,
		"Restart": func(s *fakeserver.Server) error { return s.Restart(transcript.ByRST, time.Hour) },
	} {
		synctest.Test(t, func(t *testing.T) {
			srvs := make(chan *fakeserver.Server, 1)
			srv, err := fakeserver.Listen(fakeserver.Config{Transport: new(nettest.Network), Handler: fakeserver.HandlerFunc(
				func(ctx context.Context, c *fakeserver.Conn) error {
					<-ctx.Done()
					wantError(t, name, verb(<-srvs), net.ErrClosed)
					return nil
				})})
			if err != nil {
				t.Fatal(err)
			}
			srvs <- srv
			c, err := srv.Dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			synctest.Wait()
			began := time.Now()
			if err := srv.Close(); err != nil || time.Since(began) > 0 {
				t.Errorf("%s: Close took %v: %v", name, time.Since(began), err)
			}
		})
	}
}

func TestCloseLetsPacketHandlersUseTheServer(t *testing.T) {
	for name, verb := range map[string]func(*fakeserver.PacketServer) error{
		"SetHandler": func(s *fakeserver.PacketServer) error { return s.SetHandler(nil) },
		"Down":       (*fakeserver.PacketServer).Down, "Up": (*fakeserver.PacketServer).Up,
		"Restart": func(s *fakeserver.PacketServer) error { return s.Restart(time.Hour) },
	} {
		synctest.Test(t, func(t *testing.T) {
			srvs := make(chan *fakeserver.PacketServer, 1)
			srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: new(nettest.Network), Handler: fakeserver.PacketHandlerFunc(
				func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
					<-ctx.Done()
					wantError(t, name, verb(<-srvs), net.ErrClosed)
					return nil
				})})
			if err != nil {
				t.Fatal(err)
			}
			srvs <- srv
			c, err := srv.Dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			send(t, c, "stay")
			synctest.Wait()
			began := time.Now()
			if err := srv.Close(); err != nil || time.Since(began) > 0 {
				t.Errorf("%s: Close took %v: %v", name, time.Since(began), err)
			}
		})
	}
}

func TestCloseIsForAnyNumberOfCallers(t *testing.T) {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}})
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, srv)
	send(t, c, "hi")
	wantRead(t, c, "hi")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := srv.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := string(srv.Transcript().ToClient()); got != "hi" || srv.Addr() == "" || srv.Verify() != nil || srv.Report().Conns != 1 {
		t.Errorf("the accessors don't work after Close: %q", got)
	}
	wantError(t, "Down", srv.Down(), net.ErrClosed)
	wantError(t, "Up", srv.Up(), net.ErrClosed)
	wantError(t, "Wait", srv.Wait(t.Context(), func(transcript.Transcript) bool { return false }), net.ErrClosed)
	if err := srv.Wait(t.Context(), func(transcript.Transcript) bool { return true }); err != nil {
		t.Errorf("Wait for what is there = %v", err)
	}
	if _, err := net.Dial("tcp", srv.Addr()); err == nil {
		t.Error("a closed server takes connections")
	}
}

func TestCloseUnblocksEverything(t *testing.T) {
	much := make([]byte, 100<<20) // on a busy machine, to make it takes as long as Close waits for a handler
	for why, tt := range map[string]struct {
		rules fault.Plan
		serve func(c *fakeserver.Conn) error
	}{
		"a read":         {fault.Plan{}, func(c *fakeserver.Conn) error { _, err := c.Read(make([]byte, 1)); return err }},
		"a write":        {fault.Plan{}, func(c *fakeserver.Conn) error { _, err := c.Write(much[:64<<20]); return err }},
		"a stalled read": {plan(fault.FromClient(fault.Stall{})), func(c *fakeserver.Conn) error { _, err := c.Read(make([]byte, 1)); return err }},
		"a delayed read": {plan(fault.FromClient(fault.Latency{Delay: time.Hour}).NeedNotFire()),
			func(c *fakeserver.Conn) error { _, err := c.Read(make([]byte, 1)); return err }},
		"a delayed write": {plan(fault.ToClient(fault.Latency{Delay: time.Hour}).NeedNotFire()), func(c *fakeserver.Conn) error { _, err := c.Write(make([]byte, 1)); return err }},
		"a full queue": {plan(fault.ToClient(fault.Stall{})), func(c *fakeserver.Conn) error {
			_, err := c.Write(much)
			return err
		}},
		"an unread boundary": {plan(fault.ToClient(fault.Slice{Size: 1}).NeedNotFire()), func(c *fakeserver.Conn) error { _, err := c.Write(make([]byte, 9)); return err }},
		"a reset of much":    {plan(fault.ToClient(fault.Reset{}).AfterBytes(32 << 20).NeedNotFire()), func(c *fakeserver.Conn) error { _, err := c.Write(much[:32<<20]); return err }},
	} {
		t.Run(why, func(t *testing.T) {
			srv, err := fakeserver.Listen(fakeserver.Config{Faults: tt.rules, Handler: fakeserver.HandlerFunc(
				func(ctx context.Context, c *fakeserver.Conn) error {
					c.Step("blocked")
					return tt.serve(c)
				})})
			if err != nil {
				t.Fatal(err)
			}
			c := dial(t, srv)
			send(t, c, "x")
			wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() == 1 })
			if err := srv.Close(); err != nil {
				t.Errorf("Close = %v", err)
			}
			if err := srv.Verify(); err != nil {
				t.Errorf("Verify = %v", err)
			}
		})
	}
}

func TestCloseGivesUpOnAStuckHandlerAndNamesIt(t *testing.T) {
	t.Parallel() // it waits for a second
	release := make(chan struct{})
	defer close(release)
	srv, err := fakeserver.Listen(fakeserver.Config{Name: "stuck", Handler: fakeserver.HandlerFunc(
		func(ctx context.Context, c *fakeserver.Conn) error {
			c.Step("waiting for Godot")
			<-release
			return nil
		})})
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, srv)
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() == 1 })
	wantError(t, "Close", srv.Close(), nil, "stuck: Close: conn 1", "fakeserver.HandlerFunc", `"waiting for Godot"`, "accept")
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is still open")
	}
}

// Every byte that Write took is in the record, as sent or as not sent, also where
// the client leaves in the middle of it.
func TestRecordNamesWhatAClientThatLeavesDoesNotGet(t *testing.T) {
	for range 300 {
		taken := make(chan int, 1)
		srv, err := fakeserver.Listen(fakeserver.Config{
			Faults: plan(fault.ToClient(fault.Slice{Size: 1}).NeedNotFire()),
			Handler: fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
				sum := 0
				for range 50 {
					n, err := io.WriteString(c, "0123456789")
					sum += n
					if err != nil {
						break
					}
				}
				taken <- sum
				return nil
			})})
		if err != nil {
			t.Fatal(err)
		}
		c := dial(t, srv)
		c.Read(make([]byte, 1))
		c.SetLinger(0)
		c.Close()
		want := <-taken
		srv.Close()
		got := int64(len(srv.Transcript().ToClient()))
		for e := range srv.Transcript().Kind(transcript.Unsent).All() {
			got += e.Count
		}
		if got != int64(want) {
			t.Fatalf("Write took %d bytes, and %d are named:\n%v", want, got, srv.Transcript())
		}
	}
}
