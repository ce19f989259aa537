package fakeserver_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func startUnixgram(t testing.TB, h fakeserver.PacketHandler, rules ...fault.Rule) *fakeserver.PacketServer {
	t.Helper()
	return fakeserver.StartPacket(t, fakeserver.PacketConfig{Network: "unixgram", Handler: h, Faults: plan(rules...)})
}

func TestUnixDatagrams(t *testing.T) {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Network: "unixgram", Handler: fakeserver.PacketEcho{}})
	if err != nil {
		t.Fatal(err)
	}
	path := srv.Addr()
	a, b := dialUnixgram(t, srv), dialUnixgram(t, srv)
	for _, c := range []*net.UnixConn{a, b, a} {
		send(t, c, "ping")
		wantRead(t, c, "ping")
	}
	a.Write(nil) // an empty datagram is one
	wait(t, srv, sent(4))
	tr := srv.Transcript()
	if got := tr.Conn(1).Datagrams(transcript.FromClient); tr.Conns() != 2 || len(got) != 3 || len(got[2]) != 0 {
		t.Errorf("%d peers, datagrams %q of the first:\n%v", tr.Conns(), got, tr)
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if err := srv.Verify(); err != nil {
		t.Error(err)
	}
	wantGone(t, path)
	wantGone(t, filepath.Dir(path))
}

// Clients without a name are one peer, and get no answer. That is recorded, and is
// no failure of the handler.
func TestPeersWithoutANameAreOne(t *testing.T) {
	srv := startUnixgram(t, fakeserver.PacketEcho{})
	for range 2 {
		c, err := net.Dial("unixgram", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		send(t, c, "anonymous")
	}
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Kind(transcript.DatagramUnsent).Len() == 2 })
	if tr := srv.Transcript(); tr.Conns() != 1 || len(tr.Datagrams(transcript.FromClient)) != 2 {
		t.Errorf("%d peers:\n%v", tr.Conns(), tr)
	}
}

func TestUnixDatagramsWithFaults(t *testing.T) {
	srv := startUnixgram(t, fakeserver.PacketEcho{},
		fault.FromClient(fault.Loss{Nth: 2}), fault.ToClient(fault.Duplicate{Rate: 1}).AfterDatagrams(1))
	c := dialUnixgram(t, srv)
	for _, text := range []string{"one", "two", "three"} {
		send(t, c, text)
	}
	for _, want := range []string{"one", "three", "three"} {
		wantRead(t, c, want)
	}
}

func TestUnixDatagramsDownAndUp(t *testing.T) {
	srv := startUnixgram(t, fakeserver.PacketEcho{})
	for range 20 {
		before := dialUnixgram(t, srv)
		if err := srv.Down(); err != nil {
			t.Fatal(err)
		}
		_, err := before.Write([]byte("x"))
		wantError(t, "a send while down", err, syscall.ECONNREFUSED)
		_, err = net.Dial("unixgram", srv.Addr())
		wantError(t, "a dial while down", err, syscall.ECONNREFUSED)
		if err := srv.Up(); err != nil {
			t.Fatal(err)
		}
		c := dialUnixgram(t, srv)
		send(t, c, "up")
		wantRead(t, c, "up")
	}
	late := fakeserver.StartPacket(t, fakeserver.PacketConfig{Network: "unixgram", StartDown: true, Handler: fakeserver.PacketEcho{}})
	if err := late.Up(); err != nil {
		t.Fatal(err)
	}
	c := dialUnixgram(t, late)
	send(t, c, "up")
	wantRead(t, c, "up")
}

// What has arrived is recorded before the socket is closed, and a handler whose
// client does not read does not keep the server from closing.
func TestUnixDatagramsClose(t *testing.T) {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Network: "unixgram", Handler: fakeserver.PacketHandlerFunc(
		func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			for ctx.Err() == nil { // fills the client's queue, and then blocks
				if _, err := w.Write(p.Data); err != nil {
					return err
				}
			}
			return nil
		})})
	if err != nil {
		t.Fatal(err)
	}
	c := dialUnixgram(t, srv)
	send(t, c, "fill me")
	wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.Datagrams(transcript.ToClient)) > 1 })
	began := time.Now()
	if err := srv.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	if d := time.Since(began); d > closeBound {
		t.Errorf("Close took %v", d)
	}
}

// A unix datagram may be longer than any of UDP.
func TestUnixDatagramThatIsLongIsTakenWhole(t *testing.T) {
	srv := startUnixgram(t, fakeserver.PacketEcho{})
	below, err := net.ListenPacket("unixgram", unixPath(t))
	if err != nil {
		t.Fatal(err)
	}
	pc := fakeserver.StartPacketConn(t, below, fakeserver.PacketConfig{})
	long := strings.Repeat("0123456789", 20_000)
	c := dialUnixgram(t, srv)
	send(t, c, long)
	wantRead(t, c, long)
	send(t, dialUnixgram(t, pc), long)
	p := make([]byte, 2*len(long))
	if n, _, err := pc.ReadFrom(p); string(p[:n]) != long || err != nil {
		t.Errorf("ReadFrom = %d bytes, %v; want %d", n, err, len(long))
	}
	for _, tr := range []transcript.Transcript{srv.Transcript(), pc.Transcript()} {
		if got := tr.Datagrams(transcript.FromClient); len(got) != 1 || string(got[0]) != long {
			t.Errorf("it is not in the record:\n%v", tr)
		}
	}
}

// What has arrived is taken into the record, however long the server is kept from it.
func TestUnixDatagramsThatHaveArrivedAreTakenByClose(t *testing.T) {
	for range 200 {
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Network: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		c := dialUnixgram(t, srv)
		for range 10 {
			send(t, c, "")
		}
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		if n := len(srv.Transcript().Datagrams(transcript.FromClient)); n != 10 {
			t.Fatalf("%d datagrams in the record, want 10", n)
		}
	}
	below, err := net.ListenPacket("unixgram", unixPath(t))
	if err != nil {
		t.Fatal(err)
	}
	pc := fakeserver.StartPacketConn(t, below, fakeserver.PacketConfig{})
	c := dialUnixgram(t, pc)
	send(t, c, "")
	send(t, c, "not read")
	if err := pc.Close(); err != nil {
		t.Error(err)
	}
	wantUndelivered(t, pc.Transcript(), transcript.FromClient, "closed: not read", "peer 1 #1+2")
}

// A client that does not read holds up what is written to others, since the socket's buffer is full
// then; but each WriteTo has its own deadline, and what leaves late has none.
func TestUnixDatagramsFailByTheirOwnDeadlines(t *testing.T) {
	below, err := net.ListenPacket("unixgram", unixPath(t))
	if err != nil {
		t.Fatal(err)
	}
	pc := fakeserver.StartPacketConn(t, below, fakeserver.PacketConfig{
		Faults: plan(fault.ToClient(fault.Latency{Delay: 50 * time.Millisecond}).OnConn(2).ForDatagrams(1))})
	full, other := dialUnixgram(t, pc), dialUnixgram(t, pc)
	write := func(text string, to net.Conn, within time.Duration) error {
		pc.SetWriteDeadline(time.Now().Add(within))
		_, err := pc.WriteTo([]byte(text), to.LocalAddr())
		return err
	}
	write("x", full, patience)
	write("late", other, patience)
	written := 0
	for ; err == nil; written++ { // the last one is blocked, and what is late comes due meanwhile
		err = write("x", full, 200*time.Millisecond)
	}
	wantError(t, "WriteTo of a client that is full", err, os.ErrDeadlineExceeded)
	wantError(t, "WriteTo after what is blocked", write("second", other, 20*time.Millisecond), os.ErrDeadlineExceeded)
	blocked := make(chan error)
	pc.SetWriteDeadline(time.Time{})
	go func() {
		_, err := pc.WriteTo([]byte("never"), other.LocalAddr())
		blocked <- err
	}()
	runtime.Gosched()
	pc.SetWriteDeadline(time.Unix(1, 0))
	wantError(t, "WriteTo whose deadline is moved", <-blocked, os.ErrDeadlineExceeded)
	for range written {
		wantRead(t, full, "x")
	}
	wantRead(t, other, "late")
	if err := write("third", other, patience); err != nil {
		t.Error(err)
	}
	wantRead(t, other, "third")
}
