package kernel

import (
	"errors"
	"net"
	"testing"
)

// A guard that comes beside a listener, with connections that it has accepted, takes nothing from it; when it is closed, the guard
// refuses, and keeps the port.
func TestGuardListenerComesLate(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", ":0"} {
		ln, err := net.Listen("tcp", address)
		must(t, err)
		open := dial(t, "tcp", ln.Addr().String())
		server := accept(t, ln)
		ended := dial(t, "tcp", ln.Addr().String())
		must(t, accept(t, ln).Close())
		must(t, ended.Close())

		g, err := GuardListener(ln)
		must(t, err)
		for range 10 {
			dial(t, "tcp", ln.Addr().String())
			accept(t, ln)
			must(t, ln.Close())
			wantRefused(t, g, []string{"127.0.0.1"})
			if address != ":0" { // see the limits of Guard
				wantNoStranger(t, g, "after the listener was closed", []string{"127.0.0.1"}, everyStranger)
			}
			ln, err = g.Listen(t.Context(), net.ListenConfig{})
			must(t, err)
		}
		write(t, open, 10)
		read(t, server, 10)
		must(t, ln.Close())
		must(t, g.Close())
	}
}

func TestGuardListenerOfAnotherListener(t *testing.T) {
	_, err := GuardListener(struct{ net.Listener }{})
	wantError(t, "GuardListener", err, errors.ErrUnsupported)
}
