package kernel_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// A server that is down refuses its clients, and comes up again on the same port.
func ExampleGuard() {
	g, err := kernel.GuardTCP("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer g.Close()
	_, err = net.Dial("tcp", g.AddrPort().String()) // down
	fmt.Println("refused:", errors.Is(err, syscall.ECONNREFUSED))

	ln, err := g.Listen(context.Background(), net.ListenConfig{}) // up
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ln.Close()
	c, err := net.Dial("tcp", g.AddrPort().String())
	fmt.Println("connected:", err == nil)
	c.Close()
	// Output:
	// refused: true
	// connected: true
}
