package kernel

import (
	"errors"
	"net"
	"path/filepath"
	"testing"
)

func TestUnackedFallsAsTheClientReads(t *testing.T) {
	server, client := pair(t)
	written := fill(t, server)
	before := count(t, Unacked, server)
	if before <= 0 || int64(before) > written {
		t.Fatalf("Unacked = %d of %d written to a client that doesn't read", before, written)
	}
	read(t, client, int(written))
	wantAcked(t, server)
}

func TestUnackedCountsAFINUntilItIsAcknowledged(t *testing.T) {
	server, _ := pair(t)
	fill(t, server)
	before := count(t, Unacked, server)
	must(t, server.(*net.TCPConn).CloseWrite())
	if after := count(t, Unacked, server); after != before+1 {
		t.Fatalf("Unacked after CloseWrite = %d, want %d and one for the FIN", after, before)
	}
}

func TestUnreadIsExactWithAndWithoutAFIN(t *testing.T) {
	server, client := pair(t)
	write(t, server, 1000)
	eventually(t, "1000 bytes are unread", func() bool { return count(t, Unread, client) == 1000 })
	must(t, server.(*net.TCPConn).CloseWrite())
	wantAcked(t, server)
	read(t, client, 300)
	if n := count(t, Unread, client); n != 700 {
		t.Fatalf("Unread = %d, want 700: a FIN is no byte", n)
	}
}

func TestUnreadOfAUnixConn(t *testing.T) {
	ln := listen(t, "unix", filepath.Join(t.TempDir(), "s"))
	client := dial(t, "unix", ln.Addr().String())
	server := accept(t, ln)
	write(t, client, 42)
	if n := count(t, Unread, server); n != 42 {
		t.Fatalf("Unread = %d, want 42", n)
	}
}

func TestQueuesOfAClosedConn(t *testing.T) {
	server, _ := pair(t)
	server.Close()
	_, err := Unacked(server)
	wantError(t, "Unacked", err, net.ErrClosed)
	_, err = Unread(server)
	wantError(t, "Unread", err, net.ErrClosed)
}

func TestUnackedAfterThePeersReset(t *testing.T) {
	server, client := pair(t)
	fill(t, server)
	must(t, Reset(client))
	var n int
	eventually(t, "the RST has arrived", func() bool {
		var err error
		n, err = Unacked(server)
		return errors.Is(err, ErrPeerGone)
	})
	if n == 0 {
		t.Fatal("Unacked = 0, want what the client's kernel never acknowledged")
	}
}
