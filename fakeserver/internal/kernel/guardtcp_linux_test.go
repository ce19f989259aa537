package kernel

import (
	"io"
	"net"
	"syscall"
	"testing"
)

func TestGuardTCPRefuses(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		g := test.tcp(t)
		for range 100 {
			wantRefused(t, g, test.hosts)
		}
	})
}

func wantRefused(t *testing.T, g *Guard, hosts []string) {
	t.Helper()
	for _, host := range hosts {
		_, err := net.Dial("tcp", at(g, host))
		wantError(t, "Dial while down", err, syscall.ECONNREFUSED)
	}
}

func TestGuardTCPKeepsThePortThroughFlaps(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		g := test.tcp(t)
		for range 50 {
			ln := up(t, g)
			for _, host := range test.hosts {
				c := dial(t, "tcp", at(g, host))
				accept(t, ln).Close()
				c.Close()
			}
			must(t, ln.Close())
			wantRefused(t, g, test.hosts)
		}
	})
}

// A guard asks for a port that was a server's until just now.
func TestGuardTCPGetsPastTimeWait(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		ln := listen(t, "tcp"+test.suffix, test.address)
		address := ln.Addr().String()
		_, port, _ := net.SplitHostPort(address)
		for _, host := range test.hosts {
			client := dial(t, "tcp", net.JoinHostPort(host, port))
			must(t, accept(t, ln).Close())
			wantRead(t, client, 0, io.EOF)
			must(t, client.Close())
		}
		must(t, ln.Close())
		_, _, err := tryBind("tcp"+test.suffix, address, strangersWithoutReusePort["with no option"])
		wantError(t, "a bind that doesn't get past TIME_WAIT", err, syscall.EADDRINUSE)

		g := guarded{suffix: test.suffix, address: address}.tcp(t)
		wantNoStranger(t, g, "beside a new guard", test.hosts, everyStranger)
		for range 5 {
			must(t, up(t, g).Close())
			wantNoStranger(t, g, "while down", test.hosts, strangersWithoutReusePort)
		}
	})
}

// Connections inherit the listener's options, and stay at its port, open or in TIME_WAIT.
func TestConnectionsFromBeforeDontHinderUp(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		g := test.tcp(t)
		var servers, clients []net.Conn
		for range 50 {
			ln := up(t, g)
			for _, host := range test.hosts {
				clients = append(clients, dial(t, "tcp", at(g, host)))
				servers = append(servers, accept(t, ln))
				client := dial(t, "tcp", at(g, host))
				must(t, accept(t, ln).Close())
				wantRead(t, client, 0, io.EOF)
				must(t, client.Close())
			}
			must(t, ln.Close())
			wantRefused(t, g, test.hosts)
		}
		for i, c := range clients {
			write(t, c, 10)
			read(t, servers[i], 10)
		}
	})
}
