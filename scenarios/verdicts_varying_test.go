package scenarios_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"os"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// Of a server whose messages have another length each time, no byte is where it was in the
// rehearsal. That is no reason to accuse its client, nor to say each time that nothing was found
// out.
var _ = DescribeTable("a client keeps its promises whose server's messages vary in length:",
	func(ctx SpecContext, runs int, subject func() scenarios.TCPClient, not []string) {
		for _, p := range scenarios.Promises[scenarios.TCPClient]() {
			if slices.Contains(not, p.Name) || slices.Contains(ofSeveral, p.Name) && subject().Servers < 2 {
				continue
			}
			doubts := 0
			for range runs {
				err := scenarios.RunInMemory(ctx, suite, p, subject)
				Expect(err == nil || errors.Is(err, scenarios.ErrInconclusive)).To(BeTrue(), "%v", err)
				if err != nil {
					doubts++
				}
			}
			// Whether a run has a doubt is chance, so few runs say nothing of that; and one promise needs
			// replies of the same length.
			if runs == many && p.Name != scenarios.TakesRepliesOneAtATime.Name {
				Expect(doubts).To(BeNumerically("<", runs), p.Name)
			}
		}
	},
	Entry("its greeting, its welcome, and its answers", varyingBound, inCI(many, 2), func() scenarios.TCPClient { return reference.LogsIn(echoed, 3*within) },
		[]string{scenarios.SendsRequestOnce.Name}),
	Entry("the same, with one try", varyingBound, inCI(many, 2), func() scenarios.TCPClient { return reference.LogsInOnce(echoed, 3*within) },
		[]string{scenarios.SendsRequestAgain.Name, scenarios.TriesAgainAfterReset.Name}),
	Entry("the same, with two servers", varyingBound, inCI(5, 1), func() scenarios.TCPClient { return reference.LogsInWithFailover(echoed, 3*within) },
		[]string{scenarios.SendsRequestAgain.Name, scenarios.TriesAgainAfterReset.Name, scenarios.FailsOverWhenUnanswered.Name}),
	// Two promises have a handshake for each byte of a handshake, which is most of the time.
	Entry("a TLS handshake, which an ECDSA key signs", varyingBound, inCI(3, 1), overTLS,
		append(inCI(nil, []string{scenarios.ReportsTruncatedReply.Name, scenarios.HonorsDeadline.Name}), scenarios.SendsRequestOnce.Name)),
)

// ofSeveral are promises of clients that have several servers.
var ofSeveral = []string{scenarios.FailsOver.Name, scenarios.FailsOverWhenUnanswered.Name}

// many runs have not all a doubt.
const many = 20

const varyingBound = NodeTimeout(5 * time.Minute)

// inCI returns what is for CI, where all promises are put to the test many times, and sockets are used, too,
// or what is for elsewhere.
func inCI[T any](there, elsewhere T) T {
	if os.Getenv(socketsVariable) != "" {
		return there
	}
	return elsewhere
}

// overTLS returns a client over TLS, and a server whose signatures have 70 to 72 bytes.
func overTLS() scenarios.TCPClient {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Unix(0, 0), NotAfter: time.Now().AddDate(200, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	Expect(err).NotTo(HaveOccurred())
	cert, err := x509.ParseCertificate(der)
	Expect(err).NotTo(HaveOccurred())
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	server := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	return reference.TLS(echoed, 3*within, server, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
}
