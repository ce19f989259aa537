package kernel

import (
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// wantReadNow makes one ReadNow of at most size bytes.
func wantReadNow(t *testing.T, c net.Conn, size, n int, want error) {
	t.Helper()
	got, err := ReadNow(c, make([]byte, size))
	if want != nil {
		wantError(t, "ReadNow", err, want)
	} else {
		must(t, err)
	}
	if got != n {
		t.Fatalf("ReadNow(%d) = %d bytes, want %d", size, got, n)
	}
}

func TestReadNow(t *testing.T) {
	server, client := pair(t)
	wantReadNow(t, server, 100, 0, os.ErrDeadlineExceeded)
	write(t, client, 150)
	eventually(t, "150 bytes are unread", func() bool { return count(t, Unread, server) == 150 })
	wantReadNow(t, server, 0, 0, nil)
	wantReadNow(t, server, 100, 100, nil)
	wantReadNow(t, server, 100, 50, nil)
	wantReadNow(t, server, 100, 0, os.ErrDeadlineExceeded)

	write(t, client, 10)
	must(t, client.(*net.TCPConn).CloseWrite())
	wantAcked(t, client)
	wantReadNow(t, server, 100, 10, nil)
	wantReadNow(t, server, 100, 0, io.EOF)
	wantReadNow(t, server, 100, 0, io.EOF)
	write(t, server, 1) // its own direction is as it was
	read(t, client, 1)
}

func TestReadNowLeavesReadAlone(t *testing.T) {
	server, client := pair(t)
	wantReadNow(t, server, 100, 0, os.ErrDeadlineExceeded)
	ended := make(chan error)
	go func() {
		_, err := io.ReadFull(server, make([]byte, 5)) // which has to wait
		ended <- err
	}()
	write(t, client, 5)
	must(t, <-ended)
	wantReadNow(t, server, 100, 0, os.ErrDeadlineExceeded)
}

func TestReadNowAfterAnRST(t *testing.T) {
	server, client := pair(t)
	write(t, client, 5)
	wantAcked(t, client)
	must(t, Reset(client))
	eventually(t, "the RST has arrived", func() bool {
		state := uint8(0)
		must(t, control(server.(*net.TCPConn), func(fd uintptr) error {
			info, err := tcpInfo(fd)
			state = info.State
			return err
		}))
		return state == tcpClose
	})
	wantReadNow(t, server, 100, 5, nil)
	wantReadNow(t, server, 100, 0, syscall.ECONNRESET)
	wantReadNow(t, server, 100, 0, io.EOF)
}

func TestReadNowOfAClosedConn(t *testing.T) {
	server, _ := pair(t)
	server.Close()
	wantReadNow(t, server, 100, 0, net.ErrClosed)
}

// TestReadNowAfterTheDeadline pins that even bytes that are there are not read then.
func TestReadNowAfterTheDeadline(t *testing.T) {
	server, client := pair(t)
	write(t, client, 5)
	wantAcked(t, client)
	server.SetReadDeadline(time.Now().Add(-time.Second))
	wantReadNow(t, server, 100, 0, os.ErrDeadlineExceeded)
	server.SetReadDeadline(time.Time{})
	wantReadNow(t, server, 100, 5, nil)
}
