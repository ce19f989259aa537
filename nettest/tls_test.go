package nettest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// echoTLS is a handler that speaks TLS, and sends back what it gets.
func echoTLS(config *tls.Config) fakeserver.Handler {
	return fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		secure := tls.Server(c, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil // the client will say why
		}
		if _, err := io.Copy(secure, secure); err != nil {
			return err
		}
		return secure.CloseWrite()
	})
}

// say sends text through TLS, and reads as much.
func sayTLS(raw net.Conn, config *tls.Config, text string) (string, error) {
	defer raw.Close()
	c := tls.Client(raw, config)
	if _, err := io.WriteString(c, text); err != nil {
		return "", err
	}
	p := make([]byte, len(text))
	n, err := io.ReadFull(c, p)
	c.CloseWrite()
	io.Copy(io.Discard, c)
	return string(p[:n]), err
}

func wantTLS(t *testing.T, raw net.Conn, config *tls.Config) {
	t.Helper()
	if got, err := sayTLS(raw, config, "hello"); got != "hello" || err != nil {
		t.Errorf("%q, %v, want hello", got, err)
	}
}

// In a bubble it is the first of January 2000, or later.
func TestTLSIsValidInVirtualTime(t *testing.T) {
	nettest.Bubble(t, func(tb fakeserver.TB) {
		var network nettest.Network
		server, client := nettest.TLS()
		client.ServerName = "example.com"
		srv := fakeserver.Start(tb, fakeserver.Config{Transport: &network, Handler: echoTLS(server)})
		for range 2 {
			c, err := srv.Dial(context.Background())
			if err != nil {
				tb.Fatalf("%v", err)
			}
			wantTLS(t, c, client)
			time.Sleep(50 * 365 * 24 * time.Hour)
		}
	})
}

func TestTLSIsForTheNamesOfLoopback(t *testing.T) {
	server, client := nettest.TLS()
	srv := fakeserver.Start(t, fakeserver.Config{Handler: echoTLS(server)})
	dial := func() net.Conn {
		c, err := net.Dial("tcp", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, name := range []string{"127.0.0.1", "::1", "localhost", "example.com"} {
		client.ServerName = name
		wantTLS(t, dial(), client)
	}
	client.ServerName = "example.org"
	if _, err := sayTLS(dial(), client, "hello"); !errors.As(err, new(x509.HostnameError)) {
		t.Errorf("of another name: %v", err)
	}
	if _, err := sayTLS(dial(), &tls.Config{ServerName: "localhost"}, "hello"); !errors.As(err, new(x509.UnknownAuthorityError)) {
		t.Errorf("by a client that does not trust it: %v", err)
	}
	wantTLS(t, dial(), &tls.Config{ServerName: "localhost", RootCAs: nettest.CertPool()})
}

// Of an ECDSA key's signatures, no two need have the same length, nor have the handshakes.
func TestTLSHandshakesHaveOneLength(t *testing.T) {
	server, client := nettest.TLS()
	client.ServerName = "localhost"
	srv := fakeserver.Start(t, fakeserver.Config{Handler: echoTLS(server)})
	const rounds = 50
	for n := 1; n <= rounds; n++ {
		c, err := net.Dial("tcp", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		wantTLS(t, c, client)
	}
	if err := srv.Wait(t.Context(), func(tr transcript.Transcript) bool { return tr.Kind(transcript.Close).Len() == rounds }); err != nil {
		t.Fatal(err)
	}
	first := srv.Transcript().Conn(1)
	for n := 2; n <= rounds; n++ {
		c := srv.Transcript().Conn(n)
		if len(c.FromClient()) != len(first.FromClient()) || len(c.ToClient()) != len(first.ToClient()) {
			t.Fatalf("conn %d has %d and %d bytes, conn 1 %d and %d", n,
				len(c.FromClient()), len(c.ToClient()), len(first.FromClient()), len(first.ToClient()))
		}
	}
}

// A client's certificate is shown where the server wants it.
func TestTLSProvesTheClient(t *testing.T) {
	server, client := nettest.TLS()
	client.ServerName = "localhost"
	server.ClientAuth = tls.RequireAndVerifyClientCert
	srv := fakeserver.Start(t, fakeserver.Config{Handler: echoTLS(server)})
	for what, config := range map[string]*tls.Config{"a client of ours": client, "a stranger": {ServerName: "localhost", RootCAs: nettest.CertPool()}} {
		c, err := net.Dial("tcp", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sayTLS(c, config, "hello"); (err == nil) != (config == client) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// What one caller changes is not another's.
func TestTLSIsTheCallersOwn(t *testing.T) {
	server, client := nettest.TLS()
	server.Certificates[0], client.RootCAs = tls.Certificate{}, nil
	again, other := nettest.TLS()
	pool := nettest.CertPool()
	if again.Certificates[0].PrivateKey == nil || other.RootCAs == nil || pool == other.RootCAs || pool == nettest.CertPool() {
		t.Error("a change of one configuration is one of the next")
	}
}
