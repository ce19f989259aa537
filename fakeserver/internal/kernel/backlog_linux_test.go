package kernel

import (
	"net"
	"testing"
)

func TestHasBacklog(t *testing.T) {
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
			wantBacklog(t, ln, false)
			for range 5 {
				dial(t, "tcp", ln.Addr().String())
				wantBacklog(t, ln, true)
			}
			for range 5 {
				wantBacklog(t, ln, true)
				accept(t, ln)
			}
			wantBacklog(t, ln, false)
		})
	}
}

// wantBacklog waits: a dial returns just before the other end has counted the last packet of the handshake.
func wantBacklog(t *testing.T, ln net.Listener, want bool) {
	t.Helper()
	eventually(t, "the backlog is what it must be", func() bool {
		has, err := HasBacklog(ln)
		must(t, err)
		return has == want
	})
}

func TestHasBacklogOfAClosedListener(t *testing.T) {
	ln := listen(t, "tcp", "127.0.0.1:0")
	ln.Close()
	_, err := HasBacklog(ln)
	wantError(t, "HasBacklog", err, net.ErrClosed)
}
