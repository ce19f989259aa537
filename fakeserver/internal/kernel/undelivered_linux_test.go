package kernel

import (
	"net"
	"testing"
)

// A client that has answered holds its acknowledgements back: what it has read it has, all the same.
func TestUndeliveredIsNothingOfWhatThePeerHasRead(t *testing.T) {
	for _, host := range reachable("127.0.0.1", "::1") {
		ln := listen(t, "tcp", net.JoinHostPort(host, "0"))
		client := dial(t, "tcp", ln.Addr().String())
		server, late := accept(t, ln), 0
		for range 20 {
			write(t, client, 10)
			read(t, server, 10)
			write(t, server, 100)
			read(t, client, 100)
			if count(t, Unacked, server) > 0 {
				late++
			}
			if n := count(t, Undelivered, server); n != 0 {
				t.Fatalf("%s: Undelivered = %d after the peer has read all", host, n)
			}
		}
		t.Logf("%s: %d of 20 times it was not acknowledged", host, late)
	}
}

func TestUndeliveredIsWhatThePeersKernelDoesNotHave(t *testing.T) {
	server, client := pair(t)
	written := fill(t, server)
	eventually(t, "each byte is in the peer's socket, or undelivered", func() bool {
		n := count(t, Undelivered, server)
		return n > 0 && int64(n+count(t, Unread, client)) == written
	})
	read(t, client, int(written))
	eventually(t, "all is delivered", func() bool { return count(t, Undelivered, server) == 0 })
}

// Both ends' FINs take a place among the bytes: our own counts until the client's kernel has it, as in Unacked, and the client's does not.
func TestUndeliveredCountsOurFINOnly(t *testing.T) {
	for _, clientFirst := range []bool{false, true} {
		server, client := pair(t)
		if clientFirst {
			write(t, client, 10)
			must(t, client.(*net.TCPConn).CloseWrite())
			read(t, server, 10)
		}
		written := fill(t, server)
		must(t, server.(*net.TCPConn).CloseWrite())
		eventually(t, "each byte is in the client's socket, or undelivered", func() bool {
			n := count(t, Undelivered, server)
			return n > 1 && int64(n-1+count(t, Unread, client)) == written
		})
		read(t, client, int(written))
		eventually(t, "all is delivered", func() bool { return count(t, Undelivered, server) == 0 })
	}
}

// Where nobody can be asked, there is only what was acknowledged.
func TestUndeliveredIsUnackedWhenThePeerIsGone(t *testing.T) {
	server, client := pair(t)
	fill(t, server)
	must(t, Reset(client))
	eventually(t, "the RST has arrived", func() bool { _, err := Unacked(server); return err != nil })
	unacked, _ := Unacked(server)
	n, err := Undelivered(server)
	wantError(t, "Undelivered", err, ErrPeerGone)
	if n != unacked || n == 0 {
		t.Fatalf("Undelivered = %d, want %d, which were never acknowledged", n, unacked)
	}
}

func TestUndeliveredOfADialedConnIsAtMostOneTooMany(t *testing.T) {
	server, client := pair(t)
	write(t, client, 10)
	read(t, server, 10)
	if n := count(t, Undelivered, client); n > 1 {
		t.Fatalf("Undelivered = %d after the peer has read all", n)
	}
}
