package kernel

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// unixPair gives both ends of a unix stream connection.
func unixPair(t *testing.T) (server, client net.Conn) {
	t.Helper()
	ln := listen(t, "unix", filepath.Join(t.TempDir(), "s"))
	client = dial(t, "unix", ln.Addr().String())
	return accept(t, ln), client
}

func TestPeerQueueOfAUnixSocket(t *testing.T) {
	server, client := unixPair(t)
	q, err := NewPeerQueue(server)
	must(t, err)
	defer q.Close()
	want := func(why string, held bool) {
		t.Helper()
		if n, err := q.Unread(); (n > 0) != held || err != nil {
			t.Fatalf("%s: Unread = %d, %v", why, n, err)
		}
	}
	want("nothing written", false)
	write(t, server, 1000)
	want("written", true)
	read(t, client, 999)
	want("all but one byte read", true)
	read(t, client, 1)
	want("all read", false)
	must(t, client.(*net.UnixConn).CloseWrite())
	want("after the client's FIN", false)
	write(t, server, 10)
	client.Close()
	_, err = q.Unread()
	wantError(t, "Unread after the client's Close", err, ErrPeerGone)
	server.Close()
	_, err = q.Unread()
	wantError(t, "Unread after our Close", err, net.ErrClosed)
}

// A client that reads as fast as it can never gets two pieces in one Read.
func TestPiecesOnAUnixSocketStayApart(t *testing.T) {
	server, client := unixPair(t)
	q, err := NewPeerQueue(server)
	must(t, err)
	defer q.Close()
	const pieces = 1000
	sizes := make(chan int, pieces)
	go func() {
		defer close(sizes)
		for p := make([]byte, 4096); ; {
			n, err := client.Read(p)
			if err != nil {
				return
			}
			sizes <- n
		}
	}()
	for range pieces {
		write(t, server, 10)
		eventually(t, "the client has read", func() bool { return count(t, (*PeerQueue).Unread, q) == 0 })
		time.Sleep(q.Settle())
	}
	server.Close()
	got := 0
	for n := range sizes {
		if got++; n != 10 {
			t.Fatalf("read %d is of %d bytes", got, n)
		}
	}
	if got != pieces {
		t.Fatalf("%d reads, want %d", got, pieces)
	}
}

func TestHasBacklogOfAUnixSocket(t *testing.T) {
	ln := listen(t, "unix", filepath.Join(t.TempDir(), "s"))
	wantBacklog(t, ln, false)
	for range 3 {
		dial(t, "unix", ln.Addr().String())
		wantBacklog(t, ln, true)
	}
	for range 3 {
		wantBacklog(t, ln, true)
		accept(t, ln)
	}
	wantBacklog(t, ln, false)
}

func TestReadNowOfAUnixSocket(t *testing.T) {
	server, client := unixPair(t)
	p := make([]byte, 100)
	_, err := ReadNow(server, p)
	wantError(t, "ReadNow of nothing", err, os.ErrDeadlineExceeded)
	write(t, client, 42)
	if n, err := ReadNow(server, p); n != 42 || err != nil {
		t.Fatalf("ReadNow = %d, %v", n, err)
	}
	client.Close()
	if _, err = ReadNow(server, p); !errors.Is(err, io.EOF) {
		t.Fatalf("ReadNow after Close = %v", err)
	}
}
