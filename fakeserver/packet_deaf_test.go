package fakeserver_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// deafPackets is a net.PacketConn whose ReadFrom goes on when its deadline has passed, and
// when it is closed. It is its own Transport.
type deafPackets struct{ datagrams chan string }

func (c deafPackets) ReadFrom(p []byte) (int, net.Addr, error) {
	return copy(p, <-c.datagrams), pipeAddr{}, nil
}

func (deafPackets) WriteTo(p []byte, _ net.Addr) (int, error) { return len(p), nil }
func (deafPackets) Close() error                              { return nil }
func (deafPackets) LocalAddr() net.Addr                       { return pipeAddr{} }
func (deafPackets) SetDeadline(time.Time) error               { return nil }
func (deafPackets) SetReadDeadline(time.Time) error           { return nil }
func (deafPackets) SetWriteDeadline(time.Time) error          { return nil }

func (deafPackets) Listen(context.Context, string, string) (net.Listener, error) {
	return nil, errors.ErrUnsupported
}

func (c deafPackets) ListenPacket(context.Context, string, string) (net.PacketConn, error) {
	return c, nil
}

func TestPacketServerCloseNamesAReadFromThatIgnoresIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := deafPackets{make(chan string)}
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: below})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		began := time.Now()
		err = srv.Close()
		if err == nil || !strings.Contains(err.Error(), "the ReadFrom of fakeserver_test.deafPackets did not return within 1s") {
			t.Errorf("Close = %v, want an error that names the ReadFrom", err)
		}
		if d := time.Since(began); d > 2200*time.Millisecond {
			t.Errorf("Close took %v", d)
		}
		events := srv.Transcript().Len()
		below.datagrams <- "late"
		synctest.Wait()
		if n := srv.Transcript().Len(); n != events {
			t.Errorf("a datagram after Close is in the record:\n%v", srv.Transcript())
		}
	})
}

// A PacketConn gives up on it, too. Another Close in the meantime does not wait, but the test's end does.
func TestPacketConnCloseNamesAReadFromThatIgnoresIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below, tb := deafPackets{make(chan string)}, &fakeTB{name: "TestDeaf"}
		pc := fakeserver.StartPacketConn(tb, below, fakeserver.PacketConfig{})
		closed, read := make(chan error, 1), make(chan error, 1)
		go func() {
			_, _, err := pc.ReadFrom(make([]byte, 9))
			read <- err
		}()
		synctest.Wait()
		go func() { closed <- pc.Close() }()
		synctest.Wait()
		wantError(t, "another Close", pc.Close(), net.ErrClosed)
		tb.end()
		select {
		case <-pc.Done():
		default:
			t.Error("the test's end did not wait for Close")
		}
		wantError(t, "Close", <-closed, nil, "TestDeaf: Close: the ReadFrom of fakeserver_test.deafPackets did not return within 1s")
		events := pc.Transcript().Len()
		below.datagrams <- "late"
		wantError(t, "ReadFrom", <-read, net.ErrClosed)
		if n := pc.Transcript().Len(); n != events {
			t.Errorf("a datagram after Close is in the record:\n%v", pc.Transcript())
		}
	})
}

// A reader that can't be held up keeps its handler, and goes on.
func TestPacketSetHandlerNamesAReadFromThatIgnoresIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := deafPackets{make(chan string)}
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: below})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		err = srv.SetHandler(fakeserver.PacketEcho{})
		wantError(t, "SetHandler", err, nil, "the ReadFrom of fakeserver_test.deafPackets did not return within 1s")
		for range 2 {
			below.datagrams <- "still read"
		}
		synctest.Wait()
		if tr := srv.Transcript(); len(tr.Datagrams(transcript.FromClient)) != 2 || len(tr.Datagrams(transcript.ToClient)) != 0 {
			t.Errorf("want two datagrams, and no answer\n%v", tr)
		}
		srv.Close() // whose error is another test's
		below.datagrams <- "late"
	})
}
