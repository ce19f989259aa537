package nettest_test

import (
	"context"
	"fmt"
	"net"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

func ExampleTestTransport() {
	ok := inTest(func(t *testing.T) {
		nettest.TestTransport(t, func() (fakeserver.Transport, func(context.Context, string, string) (net.Conn, error), func(), error) {
			var n nettest.Network // yours
			return &n, n.DialContext, func() {}, nil
		})
	})
	fmt.Println(ok)
	// Output: true
}
