package nettest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/nettest"
)

// pair returns the two ends of a stream.
func pair(t testing.TB, n *nettest.Network) (client, server *nettest.Conn) {
	t.Helper()
	ln, err := n.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return connect(t, ln, n)
}

// dialer is a Network, or a Host.
type dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// connect dials ln from d, and accepts.
func connect(t testing.TB, ln net.Listener, d dialer) (client, server *nettest.Conn) {
	t.Helper()
	c, err := d.DialContext(context.Background(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Close() })
	return c.(*nettest.Conn), s.(*nettest.Conn)
}

// wantRead checks one Read.
func wantRead(t testing.TB, r io.Reader, want string, end error) {
	t.Helper()
	p := make([]byte, len(want)+10)
	n, err := r.Read(p)
	if string(p[:n]) != want || !errors.Is(err, end) {
		t.Errorf("Read = %q, %v; want %q, %v", p[:n], err, want, end)
	}
}

// wantWrite checks one Write.
func wantWrite(t testing.TB, w io.Writer, text string, want int, end error) {
	t.Helper()
	n, err := io.WriteString(w, text)
	if n != want || !errors.Is(err, end) {
		t.Errorf("Write(%q) = %d, %v; want %d, %v", text, n, err, want, end)
	}
}

// wantError checks an error.
func wantError(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

// wantTook checks a duration of virtual time, exactly.
func wantTook(t testing.TB, begin time.Time, want time.Duration) {
	t.Helper()
	if d := time.Since(begin); d != want {
		t.Errorf("took %v, want exactly %v", d, want)
	}
}

func makePipe() (c1, c2 net.Conn, stop func(), err error) {
	n := new(nettest.Network)
	ln, err := n.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, nil, err
	}
	if c1, err = n.DialContext(context.Background(), "tcp", ln.Addr().String()); err != nil {
		return nil, nil, nil, err
	}
	if c2, err = ln.Accept(); err != nil {
		return nil, nil, nil, err
	}
	return c1, c2, func() { c1.Close(); c2.Close(); ln.Close() }, nil
}

func TestWindowIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t, &nettest.Network{Window: 10})
		begin := time.Now()
		client.SetWriteDeadline(begin.Add(time.Hour))
		wantWrite(t, client, "0123456789abcde", 10, os.ErrDeadlineExceeded)
		wantTook(t, begin, time.Hour)
		wantWrite(t, client, "x", 0, os.ErrDeadlineExceeded)
		client.SetWriteDeadline(begin.Add(2 * time.Hour))
		go func() {
			time.Sleep(time.Minute)
			io.ReadFull(server, make([]byte, 3))
		}()
		wantWrite(t, client, "abcde", 3, os.ErrDeadlineExceeded)
		wantTook(t, begin, 2*time.Hour)
		wantRead(t, server, "3456789abc", nil)
	})
}

func TestWindowOfZeroBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t, new(nettest.Network))
		server.SetReadBuffer(0)
		client.SetWriteDeadline(time.Now().Add(time.Minute))
		go func() {
			time.Sleep(time.Second)
			server.Read(make([]byte, 10)) // a Read that waits opens no window
		}()
		wantWrite(t, client, "x", 0, os.ErrDeadlineExceeded)
		client.SetWriteDeadline(time.Time{})
		begin := time.Now()
		time.AfterFunc(time.Hour, func() { server.SetReadBuffer(1) })
		wantWrite(t, client, "y", 1, nil)
		wantTook(t, begin, time.Hour)
	})
}

// Two Reads and two Writes at once get and give each byte once, in one order per Write.
func TestConnCallsAtOnce(t *testing.T) {
	client, server := pair(t, &nettest.Network{Window: 3000})
	const each, message = 500, 5000
	wrote, got := make(chan error), make(chan map[byte]int)
	for i := range 2 {
		go func() {
			p := make([]byte, message)
			for j := range p {
				p[j] = byte(i + 1)
			}
			var errs []error
			for range each {
				_, err := client.Write(p)
				errs = append(errs, err)
			}
			wrote <- errors.Join(errs...)
		}()
		go func() {
			sum := map[byte]int{}
			for p := make([]byte, 700+i); ; {
				n, err := server.Read(p)
				for _, b := range p[:n] {
					sum[b]++
				}
				if err != nil {
					got <- sum
					return
				}
			}
		}()
	}
	wantError(t, "Write", errors.Join(<-wrote, <-wrote), nil)
	client.Close()
	a, b := <-got, <-got
	for i := byte(1); i <= 2; i++ {
		if sum := a[i] + b[i]; sum != each*message {
			t.Errorf("%d bytes of Write %d arrived, want %d", sum, i, each*message)
		}
	}
}

func TestBytesArriveInOrderThroughAnyWindow(t *testing.T) {
	for _, window := range []int{1, 2, 4095, 4096, 4097, 100000} {
		client, server := pair(t, &nettest.Network{Window: window})
		const total = 200000
		go func() {
			var next byte
			for sent, size := 0, 1; sent < total; size = size%7001 + 13 {
				p := make([]byte, min(size, total-sent))
				for i := range p {
					p[i] = next
					next++
				}
				client.Write(p)
				sent += len(p)
			}
			client.Close()
		}()
		got, err := io.ReadAll(server)
		if len(got) != total || err != nil {
			t.Fatalf("window %d: %d bytes, %v; want %d", window, len(got), err, total)
		}
		for i, b := range got {
			if b != byte(i) {
				t.Fatalf("window %d: byte %d is %d", window, i, b)
			}
		}
	}
}

// What a server's plan needs to know of a connection.
func TestConnAbilities(t *testing.T) {
	client, server := pair(t, new(nettest.Network))
	want := func(what string, got int, err error, want int) {
		t.Helper()
		if got != want || err != nil {
			t.Errorf("%s = %d, %v; want %d", what, got, err, want)
		}
	}
	read := client.PeerRead()
	wantWrite(t, client, "hello", 5, nil)
	n, err := client.PeerUnread()
	want("PeerUnread", n, err, 5)
	n, err = client.Unacked()
	want("Unacked", n, err, 0)
	n, err = server.Unread()
	want("Unread", n, err, 5)
	select {
	case <-read:
		t.Error("PeerRead before a Read")
	default:
	}
	n, err = server.ReadNow(make([]byte, 3))
	want("ReadNow", n, err, 3)
	<-read
	n, err = client.PeerUnread()
	want("PeerUnread", n, err, 2)
	server.ReadNow(make([]byte, 3))
	_, err = server.ReadNow(make([]byte, 3))
	wantError(t, "ReadNow of nothing", err, os.ErrDeadlineExceeded)
	wantWrite(t, client, "unread", 6, nil)
	wantError(t, "Reset", server.Reset(), nil)
	wantRead(t, client, "", syscall.ECONNRESET)
	if _, err = client.PeerUnread(); err == nil {
		t.Error("PeerUnread has no error although it will not be read")
	}
	wantError(t, "Reset again", server.Reset(), net.ErrClosed)
}

// A Read that was blocked has its bytes before it returns: the writer is told at once.
func TestPeerReadOfABlockedRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t, new(nettest.Network))
		go server.Read(make([]byte, 10))
		synctest.Wait()
		read := client.PeerRead()
		wantWrite(t, client, "hello", 5, nil)
		select {
		case <-read:
		default:
			t.Error("PeerRead is open, although the bytes are handed over")
		}
		if n, err := client.PeerUnread(); n != 0 || err != nil {
			t.Errorf("PeerUnread = %d, %v", n, err)
		}
	})
}
