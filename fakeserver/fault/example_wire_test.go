package fault_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest"
)

// What the examples of faults have in common: a client, and a server in memory that sends back what
// it gets. In a test the server would come from fakeserver.Start, or StartPacket.

// ping sends "PING\n" on a connection with the rules, and returns what comes back until the server
// closes, and how that ends.
func ping(rules ...fault.Rule) string {
	srv, c := connect(sendsALineBack, rules...)
	defer srv.Close()
	defer c.Close()
	if _, err := io.WriteString(c, "PING\n"); err != nil {
		log.Fatal(err)
	}
	return readToEnd(c)
}

// sendsALineBack is a handler that answers one line with the same, and closes.
var sendsALineBack = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	line, err := bufio.NewReader(c).ReadString('\n')
	if _, writeErr := io.WriteString(c, line); writeErr != nil {
		return writeErr
	}
	if err == io.EOF {
		return nil
	}
	return err
})

// readToEnd returns what comes from c, and how that ends.
func readToEnd(c net.Conn) string {
	switch text, err := io.ReadAll(c); {
	case err == nil:
		return fmt.Sprintf("%q, EOF", text)
	case errors.Is(err, syscall.ECONNRESET):
		return fmt.Sprintf("%q, ECONNRESET", text)
	default:
		return fmt.Sprintf("%q, %v", text, err)
	}
}

// connect starts a server with the rules, and connects a client.
func connect(h fakeserver.Handler, rules ...fault.Rule) (*fakeserver.Server, net.Conn) {
	network := new(nettest.Network)
	srv, err := fakeserver.Listen(fakeserver.Config{Transport: network, Handler: h, Faults: fault.Plan{Seed: 1, Rules: rules}})
	if err != nil {
		log.Fatal(err)
	}
	c, err := network.DialContext(context.Background(), "tcp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	return srv, c
}

// send sends datagrams to a server with the rule, which sends each back, and returns what comes,
// up to the last of them.
func send(rule fault.Rule, datagrams ...string) string {
	network := new(nettest.Network)
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{
		Transport: network, Handler: fakeserver.PacketEcho{}, Faults: fault.Plan{Seed: 1, Rules: []fault.Rule{rule}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	c, err := network.DialContext(context.Background(), "udp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	for _, d := range datagrams {
		if _, err := io.WriteString(c, d); err != nil {
			log.Fatal(err)
		}
	}
	var back []string
	for p := make([]byte, 1<<16); ; {
		n, err := c.Read(p)
		if err != nil {
			log.Fatal(err)
		}
		back = append(back, fmt.Sprintf("%q", p[:n]))
		if string(p[:n]) == datagrams[len(datagrams)-1] {
			return strings.Join(back, " ")
		}
	}
}
