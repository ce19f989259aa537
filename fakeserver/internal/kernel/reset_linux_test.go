package kernel

import (
	"io"
	"net"
	"syscall"
	"testing"
	"time"
)

// received is what one goroutine got from a connection until it ended.
type received struct {
	n   int64
	err error
}

func readAll(c net.Conn) <-chan received {
	got := make(chan received, 1)
	go func() {
		n, err := io.Copy(io.Discard, c)
		got <- received{n, err}
	}()
	return got
}

func TestExactlyNBytesThenReset(t *testing.T) {
	const size = 1 << 20
	for range 30 {
		server, client := pair(t)
		got := readAll(client)
		write(t, server, size)
		wantAcked(t, server)
		must(t, Reset(server))
		g := <-got
		wantError(t, "the client's last Read", g.err, syscall.ECONNRESET)
		if g.n != size {
			t.Fatalf("the client read %d bytes before the RST, want %d", g.n, size)
		}
	}
}

func TestResetWithoutWaitingLosesBytes(t *testing.T) {
	server, client := pair(t)
	written := fill(t, server)
	must(t, Reset(server))
	g := <-readAll(client)
	wantError(t, "the client's last Read", g.err, syscall.ECONNRESET)
	if g.n >= written {
		t.Fatalf("the client read all %d bytes, although it was reset before it had acknowledged them", g.n)
	}
}

// fill writes until the other side, which doesn't read, takes no more.
func fill(t *testing.T, c net.Conn) (written int64) {
	t.Helper()
	piece := make([]byte, 64<<10)
	for {
		c.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
		n, err := c.Write(piece)
		written += int64(n)
		if err != nil {
			c.SetWriteDeadline(time.Time{})
			return written
		}
	}
}

func TestWhatAResetClientSees(t *testing.T) {
	server, client := pair(t)
	write(t, server, 5)
	wantAcked(t, server)
	must(t, Reset(server))
	wantRead(t, client, 5, nil)
	wantRead(t, client, 0, syscall.ECONNRESET)
	wantRead(t, client, 0, io.EOF)
	_, err := client.Write([]byte("x"))
	wantError(t, "Write after the RST", err, syscall.EPIPE)
}

func TestHalfCloseHidesAReset(t *testing.T) {
	server, client := pair(t)
	must(t, server.(*net.TCPConn).CloseWrite())
	wantAcked(t, server)
	must(t, Reset(server))
	wantRead(t, client, 0, io.EOF)
}

func TestCloseWithUnreadInputIsAReset(t *testing.T) {
	server, client := pair(t)
	write(t, client, 5)
	eventually(t, "5 bytes are unread", func() bool { return count(t, Unread, server) == 5 })
	server.Close()
	wantRead(t, client, 0, syscall.ECONNRESET)
}

func TestCloseAfterDrainingIsAFIN(t *testing.T) {
	server, client := pair(t)
	write(t, client, 5)
	read(t, server, 5)
	if n := count(t, Unread, server); n != 0 {
		t.Fatalf("Unread after draining = %d, want 0", n)
	}
	server.Close()
	wantRead(t, client, 0, io.EOF)
}

func TestResetOfAClosedConn(t *testing.T) {
	server, _ := pair(t)
	must(t, Reset(server))
	wantError(t, "second Reset", Reset(server), net.ErrClosed)
}
