package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// CloseClientConns ends the upstream's leg as the client's.
func TestProxyWithCloseClientConns(t *testing.T) {
	for how, want := range map[transcript.Ending]error{transcript.ByFIN: io.EOF, transcript.ByClose: io.EOF, transcript.ByRST: errReset} {
		for _, network := range proxied {
			if how == transcript.ByRST && network == "unix" {
				continue
			}
			t.Run(network+" "+how.String(), func(t *testing.T) {
				onProxy(t, network, fakeserver.Proxy{}, fault.Plan{}, func(s sides) {
					say(s, s.client, "ask")
					readN(s, s.upstream, "ask")
					if err := s.srv.CloseClientConns(how); err != nil {
						s.Fatalf("%v", err)
					}
					readAll(s, s.upstream, "", want)
					readAll(s, s.client, "", want)
					io.WriteString(s.upstream, "late") // which may not arrive any more
					s.upstream.Close()
					s.awaitUpstream("the end of the upstream leg", ended(1))
					if how != transcript.ByFIN {
						return
					}
					var got string
					for e := range s.srv.Upstream().Kind(transcript.Discarded).All() {
						got += string(e.Data)
					}
					if got != "late" {
						s.Errorf("discarded %q of what the upstream sent after the FIN, want %q\n%v", got, "late", s.srv.Upstream())
					}
				})
			})
		}
	}
}

// An upstream that can't be dialed is a reset towards the client, and both records say what it was.
func TestProxyOfNobody(t *testing.T) {
	refuses := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	for _, network := range []string{"tcp", "unix"} {
		for name, dial := range map[string]dials{"kernel": nil, "Dial": refuses} {
			t.Run(network+"/"+name, func(t *testing.T) {
				srv := fakeserver.Start(t, fakeserver.Config{Network: network, Handler: fakeserver.Proxy{Upstream: closedPort(t), Dial: dial}})
				c, err := net.Dial(network, srv.Addr())
				if err == nil {
					defer c.Close()
					_, err = c.Read(make([]byte, 1))
				}
				if want := map[string]error{"tcp": errReset, "unix": io.EOF}[network]; !errors.Is(err, want) {
					t.Errorf("the client reads %v, want %v", err, want)
				}
				wait(t, srv, ended(1))
				for leg, tr := range map[string]transcript.Transcript{"client": srv.Transcript(), "upstream": srv.Upstream()} {
					wantText(t, leg, tr.Conn(1).Kind(transcript.Error), "connection refused")
				}
				if u := srv.Upstream(); u.Kind(transcript.Accept).Len() > 0 {
					t.Errorf("the upstream's leg has a connection:\n%v", u)
				}
			})
		}
	}
}

func wantText(t *testing.T, leg string, tr transcript.Transcript, words string) {
	t.Helper()
	for e := range tr.All() {
		if e.Conn == 1 && strings.Contains(e.Text, words) {
			return
		}
	}
	t.Errorf("the %s leg does not say %q:\n%v", leg, words, tr)
}

// closedPort returns an address at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// A dial has ten seconds; while it lasts, the client may go, and the server be closed.
func TestProxyDialIsBounded(t *testing.T) {
	hangs := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	inMemory(t, fakeserver.Config{Handler: fakeserver.Proxy{Dial: hangs}}, func(c cell) {
		began := time.Now()
		client := c.dial()
		readAll(c, client, "", errReset)
		if d := time.Since(began); d != 10*time.Second {
			c.Errorf("the client was reset after %v, want 10s", d)
		}
		other := c.dial()
		c.await(func(tr transcript.Transcript) bool { return tr.Conns() == 2 })
		began = time.Now()
		if err := c.srv.CloseClientConns(transcript.ByRST); err != nil {
			c.Errorf("%v", err)
		}
		c.await(ended(2))
		other.Close()
		c.dial()
		c.await(func(tr transcript.Transcript) bool { return tr.Conns() == 3 })
		if err := c.srv.Close(); err != nil || time.Since(began) != 0 {
			c.Errorf("Close during a dial = %v after %v", err, time.Since(began))
		}
	})
}

// An RST waits for one that does not read, for as long as there is progress, and then for five seconds.
func TestProxyGivesUpOnOneThatDoesNotRead(t *testing.T) {
	for _, from := range []string{"client", "upstream"} {
		onProxy(t, "memory", fakeserver.Proxy{}, fault.Plan{}, func(s sides) {
			a, b := s.client, s.upstream
			if from == "upstream" {
				a, b = b, a
			}
			fill(s, a)
			began := time.Now()
			resetConn(s, a)
			s.awaitUpstream("the end of the upstream leg", ended(1))
			if d := time.Since(began); d < 5*time.Second || d > 6*time.Second {
				s.Errorf("%s: given up after %v, want 5s without progress", from, d)
			}
			_, err := io.Copy(io.Discard, b)
			if !errors.Is(err, syscall.ECONNRESET) {
				s.Errorf("%s: the other side reads %v in the end, want ECONNRESET", from, err)
			}
		})
	}
}

// Nothing reads the socket to which the RST comes, as the other side does not read: it is found all the same.
func TestProxySeesAResetBehindAStall(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells of an RST before what came before it is read")
	}
	for _, from := range []string{"client", "upstream"} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			onProxy(t, "tcp", fakeserver.Proxy{}, fault.Plan{}, func(s sides) {
				a, b := s.client, s.upstream
				if from == "upstream" {
					a, b = b, a
				}
				fill(s, a)
				resetConn(s, a)
				s.awaitUpstream("the end of the upstream leg", ended(1)) // which nothing but the RST brings about
				if n, err := io.Copy(io.Discard, b); n == 0 || !errors.Is(err, syscall.ECONNRESET) {
					s.Errorf("the other side reads %d bytes, then %v; want some, and ECONNRESET", n, err)
				}
			})
		})
	}
}

// Close does not wait for sides that don't read: with a hundred clients it takes 100 ms at most, at the median of FAKEWIRE_REPEATS
// rounds, or once, as soon as the machine lets it. What clients have sent is taken into the record, which takes its time where that
// is much: with upstreams that don't read there are fewer of them.
func TestProxyCloseWithStalledPeers(t *testing.T) {
	t.Logf("Close with 5 stalled upstreams takes %v", closeStalled(t, "upstream", 5))
	rounds := servertest.Repeats(t, 1)
	for began := time.Now(); ; {
		var took []time.Duration
		for range rounds {
			took = append(took, closeStalled(t, "client", 100))
		}
		slices.Sort(took)
		t.Logf("Close with 100 stalled clients takes %v", took)
		switch {
		case took[rounds/2] <= 100*time.Millisecond:
			return
		case time.Since(began) > patience:
			t.Fatal("that is never 100 ms or less")
		}
	}
}

// Run it with -benchtime=20x: the median of Close with a hundred clients that don't read.
func BenchmarkProxyCloseWithStalledPeers(b *testing.B) {
	var took []time.Duration
	for b.Loop() {
		took = append(took, closeStalled(b, "client", 100))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
}

// closeStalled returns how long Close takes with so many connections on which one side does not read, and the other waits to
// write. Close fails if it has to give up, which is after a second.
func closeStalled(t testing.TB, who string, peers int) time.Duration {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Proxy{Upstream: ln.Addr().String()}, RecordLimit: -1})
	if err != nil {
		t.Fatal(err)
	}
	var all []net.Conn
	var writing sync.WaitGroup
	for range peers {
		client := dial(t, srv)
		upstream, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, client, upstream)
		writer := upstream
		if who == "upstream" {
			writer = client
		}
		writer.SetDeadline(time.Now().Add(patience))
		writing.Go(func() { io.Copy(writer, endless{}) })
	}
	awaitQuiet(t, srv)
	began := time.Now()
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	took := time.Since(began)
	for _, c := range all {
		c.Close()
	}
	writing.Wait()
	return took
}

// awaitQuiet waits until nothing passes any more.
func awaitQuiet(t testing.TB, srv *fakeserver.Server) {
	t.Helper()
	for before, since := int64(-1), time.Now(); time.Since(since) < 200*time.Millisecond; time.Sleep(20 * time.Millisecond) {
		var now int64
		for e := range srv.Upstream().All() {
			now += e.Size()
		}
		if now != before {
			before, since = now, time.Now()
		}
	}
}

// endless is what goes on for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
