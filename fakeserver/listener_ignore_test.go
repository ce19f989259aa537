package fakeserver_test

import (
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Clients that dial all the time don't keep a server from ignoring them, and what fills its backlog
// is not taken for one of them.
func TestIgnoreDialsWhileClientsDial(t *testing.T) {
	t.Parallel() // a SYN is sent again after a second
	for range 2 {
		srv := fakeserver.Start(t, fakeserver.Config{})
		known := dialsOn(srv.Addr(), 8)
		wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() > 8 })
		wantNil(t, "IgnoreDials", srv.IgnoreDials())
		then := srv.Mark()
		_, err := net.DialTimeout("tcp", srv.Addr(), 50*time.Millisecond)
		if !isDialTimeout(err) {
			t.Errorf("Dial = %v, want a timeout", err)
		}
		if n := srv.Transcript().Since(then).Kind(transcript.Accept).Len(); n > 0 {
			t.Errorf("%d connections were accepted while it ignored dials", n)
		}
		wantNil(t, "Up", srv.Up())
		clients := known() // each of which is answered when its SYN is sent again
		wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() >= len(clients) })
		for e := range srv.Transcript().Kind(transcript.Accept).All() {
			if !clients[e.Peer] {
				t.Errorf("conn %d is no client's", e.Conn)
			}
		}
		wantNil(t, "Close", srv.Close())
	}
}

// dialsOn lets clients dial, one connection after the other. stop waits for the last of them, and
// returns the addresses of all.
func dialsOn(addr string, clients int) (stop func() map[string]bool) {
	done, all := make(chan struct{}), make(chan []string)
	for range clients {
		go func() {
			var mine []string
			for {
				select {
				case <-done:
					all <- mine
					return
				default:
				}
				if c, err := net.Dial("tcp", addr); err == nil {
					mine = append(mine, c.LocalAddr().String())
					c.Close()
				}
			}
		}()
	}
	return func() map[string]bool {
		close(done)
		known := map[string]bool{}
		for range clients {
			for _, a := range <-all {
				known[a] = true
			}
		}
		return known
	}
}
