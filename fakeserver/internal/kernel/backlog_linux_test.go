package kernel

import (
	"net"
	"testing"
)

func TestBacklogCounts(t *testing.T) {
	for _, test := range []struct {
		name, network, address string
		listen                 func(network, address string) (net.Listener, error)
	}{
		{"IPv4", "tcp", "127.0.0.1:0", tryListen},
		{"any IPv6", "tcp6", "[::]:0", tryListen},
		{"dual stack", "tcp", ":0", tryListen},
		{"multipath, Go's default", "tcp", "127.0.0.1:0", net.Listen},
	} {
		t.Run(test.name, func(t *testing.T) {
			ln, err := test.listen(test.network, test.address)
			must(t, err)
			defer ln.Close()
			if len(reachable("::1")) == 0 && test.network == "tcp6" {
				t.Skip("this machine has no IPv6")
			}
			wantBacklog(t, ln, 0)
			for n := 1; n <= 5; n++ {
				dial(t, "tcp", ln.Addr().String())
				wantBacklog(t, ln, n)
			}
			accept(t, ln)
			accept(t, ln)
			wantBacklog(t, ln, 3)
		})
	}
}

// wantBacklog waits: a dial returns just before the other end has counted the last packet of the handshake.
func wantBacklog(t *testing.T, ln net.Listener, want int) {
	t.Helper()
	eventually(t, "the backlog is as long as it must be", func() bool { return count(t, Backlog, ln) >= want })
	if n := count(t, Backlog, ln); n != want {
		t.Fatalf("Backlog = %d, want %d", n, want)
	}
}

func TestBacklogOfAClosedListener(t *testing.T) {
	ln := listen(t, "tcp", "127.0.0.1:0")
	ln.Close()
	_, err := Backlog(ln)
	wantError(t, "Backlog", err, net.ErrClosed)
}
