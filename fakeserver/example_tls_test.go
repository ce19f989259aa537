package fakeserver_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest"
)

// A TLS server behind the wire. The faults are below TLS: they hit what it sends, not
// what it says. Here the handshake of the first connection breaks off, and one byte
// of the second is changed.
func ExampleWrapListener_tls() {
	serverConfig, clientConfig := nettest.TLS() // a throw-away certificate
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	wire, err := fakeserver.WrapListener(below, fakeserver.Config{Faults: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(100),
		fault.ToClient(fault.Corrupt{Bits: []int64{0}}).OnConn(2).AfterBytes(300),
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer wire.Stop()
	go echoAll(tls.NewListener(wire, serverConfig))

	for try := 1; try <= 3; try++ {
		answer, err := sayHello(wire.Address(), clientConfig)
		fmt.Printf("try %d: %q, failed: %v\n", try, answer, err != nil)
	}
	record := wire.Transcript().Conn(3)
	fmt.Printf("conn 3 begins with a TLS handshake: % x\n", record.FromClient()[:2])
	// Output:
	// try 1: "", failed: true
	// try 2: "", failed: true
	// try 3: "hello", failed: false
	// conn 3 begins with a TLS handshake: 16 03
}

// echoAll is a server that sends back what it gets.
func echoAll(ln net.Listener) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			io.Copy(c, c)
		}()
	}
}

func sayHello(addr string, config *tls.Config) (string, error) {
	c, err := tls.Dial("tcp", addr, config)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "hello"); err != nil {
		return "", err
	}
	p := make([]byte, 5)
	n, err := io.ReadFull(c, p)
	return string(p[:n]), err
}
