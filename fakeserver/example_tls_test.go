package fakeserver_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// throwAway makes a certificate for 127.0.0.1 that nobody else trusts, and the
// configurations of a server that has it and a client that trusts it.
func throwAway() (server, client *tls.Config, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: trusted}, nil
}

// A TLS server behind the wire. The faults are below TLS: they hit what it sends, not
// what it says. Here the handshake of the first connection breaks off, and one byte
// of the second is changed.
func ExampleWrapListener_tls() {
	serverConfig, clientConfig, err := throwAway()
	if err != nil {
		log.Fatal(err)
	}
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
		answer, err := sayHello(wire.Addr().String(), clientConfig)
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
