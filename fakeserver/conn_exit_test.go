package fakeserver_test

import (
	"context"
	"errors"
	"io"
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

// In memory a client sees of an Exit what it sees on Linux: see internal/clientview.
func TestExitInMemoryIsWhatAClientSeesOnLinux(t *testing.T) {
	for name, test := range map[string]struct {
		rule       fault.Rule
		says, hear string
		first      error // of the client's first Write after the end
		unread     int64
	}{
		"to the client":                  {fault.ToClient(fault.Exit{}).AfterBytes(3), "hello", "hel", nil, 0},
		"from the client":                {fault.FromClient(fault.Exit{}).AfterBytes(5), "hello", "", nil, 0},
		"from the client, with the rest": {fault.FromClient(fault.Exit{}).AfterBytes(5), "hello, world", "", syscall.EPIPE, 7},
	} {
		t.Run(name, func(t *testing.T) {
			fakenet.Bubble(t, func(tb fakeserver.TB) {
				network := new(fakenet.Network)
				srv := fakeserver.Start(tb, fakeserver.Config{Transport: network, Handler: fakeserver.Echo{}, Faults: plan(test.rule)})
				c := mustDialIn(t, network, srv.Addr())
				defer c.Close()
				if _, err := io.WriteString(c, test.says); err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(c)
				if string(got) != test.hear || err != nil {
					t.Errorf("the client read %q, %v; want %q and the end of the stream", got, err, test.hear)
				}
				time.Sleep(time.Second) // the server has ended, in virtual time
				_, err = io.WriteString(c, "?")
				if !errors.Is(err, test.first) {
					t.Errorf("the first Write: %v, want %v", err, test.first)
				}
				_, err = io.WriteString(c, "?")
				wantError(t, "the next Write", err, syscall.EPIPE)
				if n, err := c.Read(make([]byte, 9)); n != 0 || err != io.EOF {
					t.Errorf("Read after that: %d, %v; want EOF", n, err)
				}
				tr := srv.Transcript()
				wantEnding(t, tr, 1, transcript.ByClose, transcript.ByFIN)
				if got := countOf(tr, transcript.Unread); got != test.unread {
					t.Errorf("%d bytes are unread, want %d:\n%v", got, test.unread, tr)
				}
			})
		})
	}
}

// The handler's calls fail as after any fault that ends the connection, and a FIN that it has
// sent before is the only one.
func TestExitEndsTheHandlersCalls(t *testing.T) {
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		network := new(fakenet.Network)
		errs := make(chan error, 3)
		srv := fakeserver.Start(tb, fakeserver.Config{Transport: network, Faults: plan(fault.FromClient(fault.Exit{}).AfterBytes(2)),
			Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
				c.CloseWrite()
				_, err := io.ReadAll(c)
				errs <- err
				_, err = c.Read(make([]byte, 1))
				errs <- err
				_, err = io.WriteString(c, "late")
				errs <- err
				return err
			})})
		c := mustDialIn(t, network, srv.Addr())
		defer c.Close()
		io.WriteString(c, "hi")
		for _, call := range []string{"ReadAll", "Read", "Write"} {
			wantError(t, call, <-errs, fault.ErrInjected)
		}
		time.Sleep(time.Second)
		if n := srv.Transcript().Kind(transcript.FIN).Len(); n != 1 {
			t.Errorf("%d FINs, want the handler's:\n%v", n, srv.Transcript())
		}
	})
}

// What a rule keeps when the connection ends is named.
func TestExitFromTheClientNamesWhatWasNotDue(t *testing.T) {
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		network := new(fakenet.Network)
		srv := fakeserver.Start(tb, fakeserver.Config{Transport: network, Handler: fakeserver.Echo{},
			Faults: plan(fault.ToClient(fault.Latency{Delay: time.Minute}), fault.FromClient(fault.Exit{}).AfterBytes(5))})
		c := mustDialIn(t, network, srv.Addr())
		defer c.Close()
		io.WriteString(c, "one")
		time.Sleep(time.Second)
		io.WriteString(c, "two")
		if got, err := io.ReadAll(c); len(got) != 0 || err != nil {
			t.Errorf("the client read %q, %v; want the end of the stream", got, err)
		}
		time.Sleep(time.Second)
		if got := countOf(srv.Transcript(), transcript.Unsent); got != 3 {
			t.Errorf("%d bytes are unsent, want the echo of 3:\n%v", got, srv.Transcript())
		}
	})
}

// CloseClientConns by close ends each connection as an Exit does, with rules or without: what
// comes after the FIN is answered with an RST, what had come and was not read is named, and so is
// what a rule keeps. Handlers' calls fail as after any CloseClientConns.
func TestCloseClientConnsAsTheProcessEnds(t *testing.T) {
	for name, rules := range map[string][]fault.Rule{"unruled": nil, "late": {fault.ToClient(fault.Latency{Delay: time.Hour}).NeedNotFire()}} {
		t.Run(name, func(t *testing.T) {
			errs := make(chan error, 1)
			inMemory(t, fakeserver.Config{Faults: plan(rules...), Handler: fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
				io.ReadFull(c, make([]byte, 2))
				io.WriteString(c, "hey")
				<-ctx.Done()
				_, err := c.Read(make([]byte, 9))
				errs <- err
				return err
			})}, func(m cell) {
				c := m.dial()
				defer c.Close()
				send(t, c, "hi, there")
				time.Sleep(time.Second)
				if err := m.srv.CloseClientConns(transcript.ByClose); err != nil {
					t.Error(err)
				}
				got, err := io.ReadAll(c)
				if want := map[bool]string{true: "hey"}[rules == nil]; string(got) != want || err != nil {
					t.Errorf("the client read %q, %v; want %q and the end of the stream", got, err, want)
				}
				_, err = io.WriteString(c, "?")
				wantError(t, "Write", err, syscall.EPIPE)
				tr := m.srv.Transcript()
				wantEnding(t, tr, 1, transcript.ByClose, transcript.ByFIN)
				if unread, unsent := countOf(tr, transcript.Unread), countOf(tr, transcript.Unsent); unread != 7 || unsent != int64(3-len(got)) {
					t.Errorf("%d bytes are unread, and %d unsent:\n%v", unread, unsent, tr)
				}
				if err := m.srv.Close(); err != nil {
					t.Error(err)
				}
				wantError(t, "Read", <-errs, net.ErrClosed)
			})
		})
	}
}

// On a unix socket the client's Read ends, too, whatever lay unread, and its Write is EPIPE.
func TestExitOnAUnixSocket(t *testing.T) {
	srv := startUnix(t, fakeserver.Echo{},
		fault.ToClient(fault.Exit{}).AfterBytes(3).OnConn(1),
		fault.FromClient(fault.Exit{}).AfterBytes(5).OnConn(2))
	for _, test := range []struct{ says, hears string }{{"hello", "hel"}, {"hello, world", ""}} {
		c := dialUnix(t, srv)
		send(t, c, test.says)
		wantAll(t, c, test.hears, io.EOF)
		_, err := io.WriteString(c, "?")
		wantError(t, "Write", err, syscall.EPIPE)
	}
	wait(t, srv, ended(1))
	wait(t, srv, ended(2))
	if got := countOf(srv.Transcript().Conn(2), transcript.Unread); got != 7 {
		t.Errorf("%d bytes are unread, want 7:\n%v", got, srv.Transcript())
	}
	c := dialUnix(t, srv)
	send(t, c, "hello")
	wantRead(t, c, "hello")
	if err := srv.CloseClientConns(transcript.ByClose); err != nil {
		t.Error(err)
	}
	wantAll(t, c, "", io.EOF)
	_, err := io.WriteString(c, "?")
	wantError(t, "Write", err, syscall.EPIPE)
}

func mustDialIn(t testing.TB, network *fakenet.Network, addr string) net.Conn {
	t.Helper()
	c, err := network.DialContext(context.Background(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// countOf returns how many bytes the record says are of that kind.
func countOf(tr transcript.Transcript, k transcript.Kind) (sum int64) {
	for e := range tr.Kind(k).All() {
		sum += e.Count
	}
	return sum
}

// A handler that begins to copy when a rule has ended the connection already gets what came before, too.
func TestWriteToGetsWhatCameBeforeARuleActed(t *testing.T) {
	for _, f := range []fault.Fault{fault.Exit{}, fault.Close{}, fault.Reset{}, fault.HalfClose{}} {
		t.Run(f.Kind(), func(t *testing.T) {
			fakenet.Bubble(t, func(tb fakeserver.TB) {
				network, got := new(fakenet.Network), make(chan string, 1)
				srv := fakeserver.Start(tb, fakeserver.Config{Transport: network, Faults: plan(fault.FromClient(f).AfterBytes(5)),
					Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
						time.Sleep(time.Second)
						var all strings.Builder
						_, err := c.WriteTo(&all)
						got <- all.String()
						return err
					})})
				c := mustDialIn(t, network, srv.Addr())
				defer c.Close()
				if _, err := io.WriteString(c, "hello, world"); err != nil {
					t.Fatal(err)
				}
				if text := <-got; text != "hello" {
					t.Errorf("the handler got %q, want what came before the rule acted", text)
				}
			})
		})
	}
}
