package nettest

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"
)

// TLS returns the configurations of a server that has a certificate and of a client that trusts it. They
// are the caller's own, to be changed at will. The certificate is for 127.0.0.1, ::1, localhost and
// example.com. It is made once in a process, is never written to disk, and is valid in a bubble,
// whose time begins in the year 2000, as well as today.
//
//	server, client := nettest.TLS()
//	go http.Serve(tls.NewListener(ln, server), handler)
//	c, err := tls.Dial("tcp", ln.Addr().String(), client)
//
// The client checks the name that it dials. tls.Client, which dials none, needs client.ServerName.
// The client has a certificate, too: with server.ClientAuth = tls.RequireAndVerifyClientCert both
// sides prove who they are.
//
// All keys are Ed25519, so that a handshake has the same length in each run, and a rule's
// offset is at the same byte of it.
func TLS() (server, client *tls.Config) {
	a := authority()
	server = &tls.Config{Certificates: []tls.Certificate{a.server}, ClientCAs: CertPool()}
	client = &tls.Config{Certificates: []tls.Certificate{a.client}, RootCAs: CertPool()}
	return server, client
}

// CertPool returns a pool with the authority that signed the certificates of TLS, for clients that are
// given a pool and not a whole configuration. It is the caller's own.
func CertPool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(authority().cert)
	return pool
}

// certificates are what a process has for TLS.
type certificates struct {
	cert           *x509.Certificate // of the authority
	key            ed25519.PrivateKey
	server, client tls.Certificate
}

// authority makes the certificates, once.
var authority = sync.OnceValue(func() *certificates {
	a := new(certificates)
	of := func(name string) pkix.Name { return pkix.Name{Organization: []string{"Fakewire"}, CommonName: name} }
	root := a.issue(&x509.Certificate{
		Subject: of("throw-away authority"), SerialNumber: big.NewInt(1),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	a.cert, a.key = root.Leaf, root.PrivateKey.(ed25519.PrivateKey)
	a.server = a.issue(&x509.Certificate{
		Subject: of("server"), SerialNumber: big.NewInt(2), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, DNSNames: []string{"localhost", "example.com"},
	})
	a.client = a.issue(&x509.Certificate{
		Subject: of("client"), SerialNumber: big.NewInt(3), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	return a
})

// issue returns a new certificate with a key of its own, signed by the authority, or by itself if it is
// the first. It is valid for longer than any test's time goes.
func (a *certificates) issue(about *x509.Certificate) tls.Certificate {
	about.NotBefore = time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC)
	about.NotAfter = time.Date(2120, time.January, 1, 0, 0, 0, 0, time.UTC)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	parent, key := a.cert, a.key
	if parent == nil {
		parent, key = about, private
	}
	var der []byte
	if err == nil {
		der, err = x509.CreateCertificate(rand.Reader, about, parent, public, key)
	}
	var leaf *x509.Certificate
	if err == nil {
		leaf, err = x509.ParseCertificate(der)
	}
	if err != nil {
		panic(fmt.Sprintf("nettest: a certificate for tests: %v", err)) // there is nothing in it that a user chose
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private, Leaf: leaf}
}
