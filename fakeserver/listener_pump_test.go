package fakeserver_test

import (
	"net"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A connection that its owner has not accepted yet outlasts a time without answers, and so does what
// hands it out, which is not to take connections any more.
func TestListenerIgnoresDialsWhileAConnectionWaits(t *testing.T) {
	for range 20 {
		ln := wrap(t)
		var clients []net.Conn
		for n := 1; n <= 3; n++ {
			clients = append(clients, dial(t, ln))
			wait(t, ln, func(tr transcript.Transcript) bool { return tr.Conns() == n })
			wantNil(t, "IgnoreDials", ln.IgnoreDials())
			wantNil(t, "Up", ln.Up())
		}
		for range clients {
			acceptConn(t, ln)
		}
		for _, c := range clients {
			c.Close()
		}
		wantNil(t, "Stop", ln.Stop())
	}
}
