package failtest

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
	"github.com/fakewire/fakewire/nettest/match"
)

// secret is what the tests here send, answer, fail with and name rules after.
const secret = "Zq7-Xw9.Kj3=Vb5"

// redact hides the secret, unless the run is to show that it is there without.
func redact() transcript.Redactor {
	if os.Getenv("FAILTEST_SHOW_SECRET") != "" {
		return nil
	}
	return transcript.RedactText(secret)
}

// secretRules fail Verify, and have the secret in what they say.
var secretRules = fault.Plan{Rules: []fault.Rule{
	fault.ToClient(fault.Reset{}).AfterMatch("never " + secret).Named("cut after " + secret),
	fault.FromClient(fault.Stall{}).AfterMatch(secret + "\x00"),
}}

// cutSecrets has the secret go both ways, cut in each way: on connection i after byte i by both sides, on
// the last in single bytes, and on as many more cut off by a reset.
func cutSecrets(tb fakeserver.TB, how func(fakeserver.Config) *fakeserver.Server) *fakeserver.Server {
	p := secretRules
	n := len(secret)
	for i := 1; i < n; i++ {
		p.Rules = append(p.Rules, fault.ToClient(fault.Slice{Sizes: []int64{int64(i)}}).OnConn(i), fault.ToClient(fault.Reset{}).AfterBytes(int64(i)).OnConn(n+i))
	}
	p.Rules = append(p.Rules, fault.ToClient(fault.Slice{Size: 1}).OnConn(n))
	srv := how(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: p, Redact: redact()})
	for i := 1; i < 2*n; i++ {
		c := dialSecretly(tb, srv)
		go io.Copy(io.Discard, c) // a boundary waits for a client that reads
		for _, part := range []string{secret[:i%n], secret[i%n:]} {
			sendSecretly(srv, c, i, part)
		}
		back := n
		if i > n {
			back = i - n
		}
		wait(srv, func(t transcript.Transcript) bool { return len(t.Conn(i).ToClient()) == back })
	}
	return srv
}

// wait waits for what comes soon, if at all.
func wait(srv fakeserver.Wire, cond func(transcript.Transcript) bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	srv.Wait(ctx, cond)
}

func dialSecretly(tb fakeserver.TB, srv *fakeserver.Server) net.Conn {
	c, err := srv.Dial(context.Background())
	if err != nil {
		tb.Fatalf("%v", err)
	}
	return c
}

// sendSecretly sends a part of the secret, and waits until it is recorded.
func sendSecretly(srv *fakeserver.Server, c net.Conn, conn int, part string) {
	have := len(srv.Transcript().Conn(conn).FromClient())
	c.Write([]byte(part))
	wait(srv, func(t transcript.Transcript) bool {
		own := t.Conn(conn)
		return len(own.FromClient()) >= have+len(part) || own.Ending(transcript.FromClient) != transcript.StillOpen
	})
}

func startSecretly(tb fakeserver.TB) func(fakeserver.Config) *fakeserver.Server {
	return func(cfg fakeserver.Config) *fakeserver.Server { return fakeserver.Start(tb, cfg) }
}

// answersNothing is a handler whose error quotes what it got.
var answersNothing = fakeserver.Answers{"HELO": "OK"}

func TestSecret(t *testing.T) {
	onlyFailing(t)
	t.Run("cut", func(t *testing.T) { cutSecrets(t, startSecretly(t)) })
	t.Run("handler", func(t *testing.T) {
		srv := fakeserver.Start(t, fakeserver.Config{Handler: answersNothing, Redact: redact()})
		c := dialSecretly(t, srv)
		sendSecretly(srv, c, 1, "AUTH \x01"+secret+"\n")
		c.Read(make([]byte, 1))
	})
	t.Run("panic", func(t *testing.T) {
		h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			p := make([]byte, len(secret))
			c.Read(p)
			panic(string(p))
		})
		srv := fakeserver.Start(t, fakeserver.Config{Handler: h, Redact: redact()})
		sendSecretly(srv, dialSecretly(t, srv), 1, secret)
	})
	t.Run("stuck", func(t *testing.T) {
		stay := make(chan struct{})
		t.Cleanup(func() { close(stay) })
		h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			c.Read(make([]byte, len(secret)))
			<-stay
			return nil
		})
		srv := fakeserver.Start(t, fakeserver.Config{Handler: h, Redact: redact()})
		sendSecretly(srv, dialSecretly(t, srv), 1, secret)
	})
	t.Run("packets", func(t *testing.T) { sendDatagrams(t, fakeserver.StartPacket(t, secretPackets())) })
	t.Run("both", func(t *testing.T) {
		packets := secretPackets()
		packets.Redact = nil // it is the other's
		_, p := fakeserver.StartBoth(t, fakeserver.Config{Redact: redact()}, packets)
		sendDatagrams(t, p)
	})
	t.Run("packet conn", func(t *testing.T) {
		pc, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		packets := secretPackets()
		packets.Handler = nil // which a PacketConn has not
		k := fakeserver.StartPacketConn(t, pc, packets)
		go echoAll(k)
		sendDatagrams(t, k)
	})
	t.Run("listener", func(t *testing.T) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l := fakeserver.StartListener(t, ln, fakeserver.Config{Faults: secretRules, Redact: redact()})
		c, err := net.Dial("tcp", l.Address())
		if err != nil {
			t.Fatal(err)
		}
		c.Write([]byte(secret))
		s, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		s.Read(make([]byte, len(secret)))
	})
}

// secretPackets is a server that answers, and whose rules and handler have something to say.
func secretPackets() fakeserver.PacketConfig {
	return fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, Redact: redact(), Faults: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Loss{Rate: 1}).Containing("never " + secret).Named("lost after " + secret),
	}}}
}

func echoAll(pc net.PacketConn) {
	for p := make([]byte, 100); ; {
		n, from, err := pc.ReadFrom(p)
		if err != nil {
			return
		}
		pc.WriteTo(p[:n], from)
	}
}

// sendDatagrams sends the secret at each of some offsets, and gets it back.
func sendDatagrams(tb fakeserver.TB, srv fakeserver.Wire) {
	c, err := net.Dial("udp", srv.Address())
	if err != nil {
		tb.Fatalf("%v", err)
	}
	defer c.Close()
	for i := range len(secret) {
		c.Write([]byte(strings.Repeat("-", i) + secret))
	}
	wait(srv, func(t transcript.Transcript) bool { return len(t.Datagrams(transcript.ToClient)) == len(secret) })
}

// What Gomega says of servers, and of their errors.
func TestSecretInGomega(t *testing.T) {
	onlyFailing(t)
	srv := cutSecrets(t, startSecretly(t))
	fails := func(name string, f func(g gomega.Gomega)) {
		t.Run(name, func(t *testing.T) { f(gomega.NewWithT(t)) })
	}
	t.Log("the secret is there all the same:", srv.Transcript().Received(secret))
	done, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("it was not " + secret))
	never := func(transcript.Transcript) bool { return false }
	fails("received", func(g gomega.Gomega) { g.Expect(srv).To(match.HaveReceived("never " + secret)) })
	fails("not received", func(g gomega.Gomega) { g.Expect(srv).NotTo(match.HaveReceived(secret).OnConn(len(secret))) })
	fails("eventually", func(g gomega.Gomega) { g.Eventually(srv, "50ms").Should(match.HaveSent("never " + secret)) })
	fails("verify", func(g gomega.Gomega) { g.Expect(srv.Verify()).To(gomega.Succeed()) })
	fails("verify and nil", func(g gomega.Gomega) { g.Expect(srv.Verify()).To(gomega.BeNil()) })
	fails("verify and match", func(g gomega.Gomega) { g.Expect(srv.Verify()).To(match.BeReset()) })
	fails("wait", func(g gomega.Gomega) { g.Expect(srv.Wait(done, never)).To(gomega.Succeed()) })
	fails("wait and nil", func(g gomega.Gomega) { g.Expect(srv.Wait(done, never)).To(gomega.BeNil()) })
	fails("wait and match", func(g gomega.Gomega) { g.Expect(srv.Wait(done, never)).To(match.BeTimeout()) })
	t.Run("wait alone", func(t *testing.T) { t.Error(srv.Wait(done, never)) })
	t.Run("verify alone", func(t *testing.T) { t.Error(srv.Verify()) })
	t.Run("gate", func(t *testing.T) {
		p := fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Hold{Gate: "before " + secret})}}
		srv := fakeserver.Start(t, fakeserver.Config{Faults: p, Redact: redact()})
		t.Error(srv.AwaitHeld(context.Background(), "another"))
	})
}

func TestSecretHangs(t *testing.T) {
	onlyFailing(t)
	cutSecrets(t, startSecretly(t))
	select {}
}

func TestSecretPanics(t *testing.T) {
	onlyFailing(t)
	cutSecrets(t, startSecretly(t))
	panic("oh no")
}

func TestSecretInABubble(t *testing.T) {
	onlyFailing(t)
	synctest.Test(t, func(t *testing.T) {
		cutSecrets(t, func(cfg fakeserver.Config) *fakeserver.Server {
			cfg.Transport = new(nettest.Network)
			return fakeserver.Start(t, cfg)
		})
	})
}

func TestSecretInAStuckBubble(t *testing.T) {
	onlyFailing(t)
	nettest.Bubble(t, func(tb fakeserver.TB) {
		cutSecrets(tb, func(cfg fakeserver.Config) *fakeserver.Server {
			cfg.Transport = new(nettest.Network)
			return fakeserver.Start(tb, cfg)
		})
		select {}
	})
}

var _ = Describe("a secret", func() {
	It("at the end", func() { cutSecrets(GinkgoT(), startSecretly(GinkgoT())) })
	It("in progress", func(ctx SpecContext) {
		cutSecrets(GinkgoT(), startSecretly(GinkgoT()))
		<-ctx.Done()
	}, NodeTimeout(nodeTimeout()))
})
