package nettest_test

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/nettest"
)

func TestPartition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n nettest.Network
		a, b := n.Host("a"), n.Host("b")
		ln := listenOn(t, b, "tcp", ":80")
		client, server := connect(t, ln, a)
		n.Partition("a", "b")
		begin := time.Now()
		wantWrite(t, client, "waits", 5, nil)
		wantWrite(t, server, "waits, too", 10, nil)
		if got, err := client.Unacked(); got != 5 || err != nil {
			t.Errorf("Unacked = %d, %v", got, err)
		}
		client.Close() // its FIN waits, too
		server.SetReadDeadline(begin.Add(time.Hour))
		wantRead(t, server, "", os.ErrDeadlineExceeded)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := a.DialContext(ctx, "tcp", ln.Addr().String())
		wantError(t, "Dial", err, context.DeadlineExceeded)
		time.AfterFunc(time.Hour, func() { n.Heal("b", "a") })
		_, err = a.DialContext(context.Background(), "tcp", ln.Addr().String())
		wantError(t, "Dial, after Heal", err, nil)
		server.SetReadDeadline(time.Time{})
		wantRead(t, server, "waits", nil)
		// The client has closed: what was sent to it is answered with an RST.
		wantRead(t, server, "", io.EOF)
		wantWrite(t, server, "x", 0, syscall.EPIPE)
	})
}

func TestPartitionOneWay(t *testing.T) {
	var n nettest.Network
	a, b := n.Host("a"), n.Host("b")
	ln := listenOn(t, b, "tcp", ":80")
	client, server := connect(t, ln, a)
	n.PartitionOneWay("a", "b")
	wantWrite(t, client, "waits", 5, nil)
	wantWrite(t, client, " for long", 9, nil)
	wantWrite(t, server, "arrives", 7, nil)
	wantRead(t, client, "arrives", nil)
	if _, err := server.ReadNow(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("ReadNow: %v", err)
	}
	client.CloseWrite()
	n.Heal("a", "b")
	wantRead(t, server, "waits for long", nil)
	wantRead(t, server, "", io.EOF)
}

// An RST is sent once. If it is lost, the next bytes that are sent to the closed end are answered with another.
func TestPartitionLosesAReset(t *testing.T) {
	var n nettest.Network
	ln := listenOn(t, n.Host("b"), "tcp", ":80")
	client, server := connect(t, ln, n.Host("a"))
	n.Partition("a", "b")
	client.Reset()
	n.Heal("a", "b")
	if _, err := server.ReadNow(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the RST has arrived: %v", err)
	}
	wantWrite(t, server, "hello?", 6, nil)
	wantRead(t, server, "", syscall.ECONNRESET)
}

func TestPartitionLosesDatagrams(t *testing.T) {
	var n nettest.Network
	pc, err := n.Host("b").ListenPacket(t.Context(), "udp", ":53")
	wantError(t, "ListenPacket", err, nil)
	c, err := n.Host("a").DialContext(context.Background(), "udp", pc.LocalAddr().String())
	wantError(t, "Dial", err, nil)
	n.PartitionOneWay("a", "b")
	wantWrite(t, c, "lost", 4, nil)
	n.Heal("a", "b")
	wantWrite(t, c, "arrives", 7, nil)
	p := make([]byte, 10)
	if k, from, err := pc.ReadFrom(p); string(p[:k]) != "arrives" || from.String() != c.LocalAddr().String() || err != nil {
		t.Errorf("ReadFrom = %q, %v, %v", p[:k], from, err)
	}
}

// Acked tells when what was written arrives, so that there is no need to poll.
func TestPartitionTellsWhenWhatWaitedArrives(t *testing.T) {
	for name, end := range map[string]func(n *nettest.Network, client, server *nettest.Conn){
		"healed":      func(n *nettest.Network, _, _ *nettest.Conn) { n.Heal("a", "b") },
		"closed":      func(_ *nettest.Network, client, _ *nettest.Conn) { client.Close() },
		"reset":       func(_ *nettest.Network, client, _ *nettest.Conn) { client.Reset() },
		"reset there": nil,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var n nettest.Network
				a, b := n.Host("a"), n.Host("b")
				client, server := connect(t, listenOn(t, b, "tcp", ":80"), a)
				n.PartitionOneWay("a", "b")
				wantWrite(t, client, "waits", 5, nil)
				acked := client.Acked()
				synctest.Wait()
				select {
				case <-acked:
					t.Error("what waits was acknowledged")
				default:
				}
				if end == nil {
					server.Reset() // it arrives
				} else {
					end(&n, client, server)
				}
				synctest.Wait()
				select {
				case <-acked:
				default:
					t.Error("Acked did not tell")
				}
			})
		})
	}
}
