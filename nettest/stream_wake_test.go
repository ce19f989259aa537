package nettest_test

import (
	"io"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// Write copies without the lock, and does not miss an end that comes meanwhile: if it did, it
// would wait forever, which a bubble notices.
func TestWriteMissesNoEnd(t *testing.T) {
	for name, end := range map[string]func(client, server *nettest.Conn){
		"CloseWrite":  func(client, server *nettest.Conn) { client.CloseWrite() },
		"Close":       func(client, server *nettest.Conn) { client.Close() },
		"peer's RST":  func(client, server *nettest.Conn) { server.Reset() },
		"peer's exit": func(client, server *nettest.Conn) { server.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nettest.Bubble(t, func(tb fakeserver.TB) {
				for range 200 {
					c1, c2, stop, err := makePipe()
					if err != nil {
						tb.Fatalf("%v", err)
					}
					tb.Cleanup(stop)
					client, server := c1.(*nettest.Conn), c2.(*nettest.Conn)
					server.SetReadBuffer(1 << 16)
					wrote := make(chan error)
					go func() {
						var err error
						for p := make([]byte, 1<<17); err == nil; {
							_, err = client.Write(p)
						}
						wrote <- err
					}()
					io.CopyN(io.Discard, server, 1<<18)
					end(client, server)
					<-wrote
				}
			})
		})
	}
}

// Write copies without the lock, and does not miss that a Read makes room meanwhile: if it did, it would
// wait although its bytes fit.
func TestWriteTakesRoomThatIsMadeWhileItCopies(t *testing.T) {
	const half = 1 << 20
	nettest.Bubble(t, func(tb fakeserver.TB) {
		for range 30 {
			c1, c2, stop, err := makePipe()
			if err != nil {
				tb.Fatalf("%v", err)
			}
			tb.Cleanup(stop)
			c2.(*nettest.Conn).SetReadBuffer(2 * half)
			wrote := make(chan error)
			go func() {
				_, err := c1.Write(make([]byte, half))
				if err == nil {
					_, err = c1.Write(make([]byte, 2*half))
				}
				wrote <- err
			}()
			io.ReadFull(c2, make([]byte, half))
			if err := <-wrote; err != nil {
				tb.Errorf("%v", err)
			}
		}
	})
}
