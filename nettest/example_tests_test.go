package nettest_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// ask is a client: it gives up after a tenth of a second.
func ask(addr string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(100 * time.Millisecond))
	_, err = c.Read(make([]byte, 1))
	return err
}

// A client that forgets its deadline does not hang the test, which shows what it hangs in.
func ExampleWithin() {
	ok := inTest(func(t *testing.T) { // func TestClientGivesUp(t *testing.T)
		srv := fakeserver.Start(t, fakeserver.Config{}) // it never answers
		var err error
		if nettest.Within(t, 10*time.Second, func() { err = ask(srv.Addr()) }) && err == nil {
			t.Error("the client has an answer")
		}
	})
	fmt.Println(ok)
	// Output: true
}

// Whether the client leaves a connection or a goroutine behind is one line.
func ExampleNoLeaks() {
	ok := inTest(func(t *testing.T) { // func TestClientLeavesNothingBehind(t *testing.T)
		nettest.NoLeaks(t) // first: it looks when all else has ended
		srv := fakeserver.Start(t, fakeserver.Config{})
		ask(srv.Addr())
	})
	fmt.Println(ok)
	// Output: true
}
