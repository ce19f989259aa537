package nettest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// plan returns a plan without a seed.
func plan(rules ...fault.Rule) fault.Plan { return fault.Plan{Rules: rules} }

// onServer runs f in a bubble with a fake server on a Network, and a connection to it.
func onServer(t *testing.T, h fakeserver.Handler, p fault.Plan, f func(t *testing.T, srv *fakeserver.Server, c *nettest.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var n nettest.Network
		srv := fakeserver.Start(t, fakeserver.Config{Transport: &n, Handler: h, Faults: p})
		c, err := n.DialContext(context.Background(), "tcp", srv.Addr())
		wantError(t, "Dial", err, nil)
		defer c.Close()
		f(t, srv, c.(*nettest.Conn))
	})
}

// says is a handler that writes and returns.
func says(text string) fakeserver.Handler {
	return fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		_, err := io.WriteString(c, text)
		return err
	})
}

func TestSliceIsExactInMemory(t *testing.T) {
	onServer(t, says("uvwxyz!"), plan(fault.ToClient(fault.Slice{Size: 3, Pause: time.Minute})),
		func(t *testing.T, srv *fakeserver.Server, c *nettest.Conn) {
			time.Sleep(time.Second) // meanwhile the first piece waits to be read
			begin := time.Now()
			wantRead(t, c, "uvw", nil)
			wantRead(t, c, "xyz", nil)
			wantTook(t, begin, time.Minute)
			time.Sleep(time.Minute - time.Second)
			begin = time.Now()
			wantRead(t, c, "!", nil)
			wantTook(t, begin, time.Second)
			wantRead(t, c, "", io.EOF)
			for _, e := range srv.Transcript().Faults() {
				if !strings.Contains(e.Text, "confirmed") || strings.Contains(e.Text, "unconfirmed") {
					t.Errorf("a boundary is not confirmed: %v", e)
				}
			}
		})
}

func TestSliceWithoutAPauseIsExactInMemory(t *testing.T) {
	onServer(t, says(strings.Repeat("abcde", 200)), plan(fault.ToClient(fault.Slice{Size: 5})),
		func(t *testing.T, srv *fakeserver.Server, c *nettest.Conn) {
			begin := time.Now()
			for range 200 {
				wantRead(t, c, "abcde", nil)
			}
			wantRead(t, c, "", io.EOF)
			wantTook(t, begin, 0)
		})
}

func TestResetInMemoryComesAfterTheBytes(t *testing.T) {
	onServer(t, says(strings.Repeat("x", 1000)), plan(fault.ToClient(fault.Reset{}).AfterBytes(700)),
		func(t *testing.T, srv *fakeserver.Server, c *nettest.Conn) {
			got, err := io.ReadAll(c)
			if len(got) != 700 || !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%d bytes, then %v; want 700, then ECONNRESET", len(got), err)
			}
		})
	onServer(t, fakeserver.Discard{}, plan(fault.FromClient(fault.Reset{}).AfterBytes(3)),
		func(t *testing.T, srv *fakeserver.Server, c *nettest.Conn) {
			wantWrite(t, c, "abcdef", 6, nil)
			wantRead(t, c, "", syscall.ECONNRESET)
			if got := srv.Transcript().FromClient(); string(got) != "abc" {
				t.Errorf("the server has read %q", got)
			}
		})
}

func TestLatencyOfHoursInMemoryIsExact(t *testing.T) {
	onServer(t, says("last words"), plan(fault.ToClient(fault.Latency{Delay: 5 * time.Hour})),
		func(t *testing.T, srv *fakeserver.Server, c *nettest.Conn) {
			begin := time.Now()
			got, err := io.ReadAll(c)
			if string(got) != "last words" || err != nil {
				t.Errorf("%q, %v", got, err)
			}
			wantTook(t, begin, 5*time.Hour)
		})
}

func TestDownAndUpInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n nettest.Network
		srv := fakeserver.Start(t, fakeserver.Config{Transport: &n, Handler: fakeserver.Echo{}, StartDown: true})
		for range 3 {
			_, err := n.DialContext(context.Background(), "tcp", srv.Addr())
			wantError(t, "Dial while down", err, syscall.ECONNREFUSED)
			_, err = n.Listen(t.Context(), "tcp", srv.Addr())
			wantError(t, "a stranger's Listen while down", err, syscall.EADDRINUSE)
			wantError(t, "Up", srv.Up(), nil)
			c, err := n.DialContext(context.Background(), "tcp", srv.Addr())
			wantError(t, "Dial while up", err, nil)
			wantError(t, "Down", srv.Down(), nil)
			wantWrite(t, c, "still here", 10, nil)
			wantRead(t, c, "still here", nil)
			c.Close()
		}
		if got := srv.Transcript().Conns(); got != 3 {
			t.Errorf("%d connections in the record, want 3", got)
		}
		wantError(t, "Close", srv.Close(), nil)
		listenOn(t, &n, "tcp", srv.Addr()) // the address is free
	})
}

func TestPacketServerInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n nettest.Network
		srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Transport: &n, Handler: fakeserver.PacketEcho{},
			Faults: plan(fault.ToClient(fault.Latency{Delay: time.Hour}))})
		c, err := n.DialContext(context.Background(), "udp", srv.Addr())
		wantError(t, "Dial", err, nil)
		defer c.Close()
		begin := time.Now()
		wantWrite(t, c, "hello", 5, nil)
		wantRead(t, c, "hello", nil)
		wantTook(t, begin, time.Hour)
		wantError(t, "Down", srv.Down(), nil)
		wantWrite(t, c, "anybody?", 8, nil)
		wantRead(t, c, "", syscall.ECONNREFUSED)
		_, err = n.ListenPacket(t.Context(), "udp", srv.Addr())
		wantError(t, "a stranger's ListenPacket while down", err, syscall.EADDRINUSE)
		wantError(t, "Up", srv.Up(), nil)
		wantWrite(t, c, "again", 5, nil)
		wantRead(t, c, "again", nil)
		wantTook(t, begin, 2*time.Hour)
	})
}

// A server's reader does not run while a client sends without a pause.
func TestPacketServerCountsDropsInMemory(t *testing.T) {
	n := nettest.Network{}
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Transport: &n, ReceiveBuffer: 1000})
	c, err := n.DialContext(context.Background(), "udp", srv.Addr())
	wantError(t, "Dial", err, nil)
	defer c.Close()
	const sent = 100000
	for range sent {
		c.Write(make([]byte, 100))
	}
	wantError(t, "Close", srv.Close(), nil)
	tr := srv.Transcript()
	got, lost := int64(len(tr.Datagrams(transcript.FromClient))), int64(0)
	for e := range tr.Kind(transcript.Drop).All() {
		lost += e.Count
	}
	if got+lost != sent || lost == 0 {
		t.Errorf("%d datagrams, %d lost; want %d together", got, lost, sent)
	}
}

func TestHTTPInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n nettest.Network
		below := listenOn(t, &n, "tcp", "127.0.0.1:80")
		ln := fakeserver.StartListener(t, below, fakeserver.Config{Faults: plan(fault.ToClient(fault.Latency{Delay: time.Hour}))})
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(w, r.Body)
		})}
		go srv.Serve(ln)
		defer srv.Close()
		transport := &http.Transport{DialContext: n.DialContext}
		defer transport.CloseIdleConnections()
		begin := time.Now()
		for range 3 {
			resp, err := (&http.Client{Transport: transport}).Post("http://localhost/", "text/plain", strings.NewReader("hello"))
			wantError(t, "Post", err, nil)
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if string(body) != "hello" || err != nil {
				t.Errorf("body %q, %v", body, err)
			}
		}
		wantTook(t, begin, 3*time.Hour)
		if got := ln.Transcript().Conns(); got != 1 {
			t.Errorf("%d connections, want one that is kept alive", got)
		}
		client := &http.Client{Transport: transport, Timeout: time.Minute}
		_, err := client.Get("http://localhost/")
		wantError(t, "Get", err, context.DeadlineExceeded)
		wantTook(t, begin, 3*time.Hour+time.Minute)
	})
}

func TestSlogInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n nettest.Network
		var got bytes.Buffer
		srv := fakeserver.Start(t, fakeserver.Config{Transport: &n, Handler: fakeserver.Discard{To: &got}})
		conn, err := n.DialContext(context.Background(), "tcp", srv.Addr())
		wantError(t, "Dial", err, nil)
		log := slog.New(slog.NewTextHandler(conn, nil))
		for i := range 100 {
			log.Info("a line", "number", i)
			time.Sleep(time.Hour)
		}
		conn.Close()
		synctest.Wait()
		srv.Close()
		if lines := srv.Transcript().Lines(); len(lines) != 100 || !strings.Contains(lines[99], "number=99") {
			t.Errorf("%d lines:\n%v", len(lines), srv.Transcript())
		}
		if strings.Count(got.String(), "\n") != 100 {
			t.Errorf("%d bytes in the buffer", got.Len())
		}
	})
}

func TestBubbleExample(t *testing.T) { nettest.Bubble(t, loggerUnderLatency) }

// The client gets no answer as long as the partition lasts, and its bytes are not lost.
func TestPartitionDelaysAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n nettest.Network
		srv := fakeserver.Start(t, fakeserver.Config{Transport: n.Host("server"), Handler: fakeserver.Echo{}})
		c, err := n.Host("client").DialContext(context.Background(), "tcp", srv.Addr())
		wantError(t, "Dial", err, nil)
		defer c.Close()
		n.Partition("client", "server")
		wantWrite(t, c, "hello", 5, nil)
		c.SetReadDeadline(time.Now().Add(time.Hour))
		wantRead(t, c, "", os.ErrDeadlineExceeded)
		c.SetReadDeadline(time.Time{})
		n.Heal("client", "server")
		wantRead(t, c, "hello", nil)
	})
}

var _ fakeserver.Transport = (*nettest.Network)(nil)
var _ fakeserver.Transport = (*nettest.Host)(nil)
var _ net.PacketConn = (*nettest.PacketConn)(nil)
