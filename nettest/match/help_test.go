package match_test

import (
	"context"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

var update = flag.Bool("update", false, "write the golden files under testdata")

// patience is a timeout that no test reaches: a wait that ends sooner was ended on purpose.
const patience = time.Minute

// A judge makes assertions and keeps their failures.
type judge struct {
	gomega.Gomega
	failures []string
}

func newJudge() *judge {
	j := new(judge)
	j.Gomega = gomega.NewGomega(func(message string, _ ...int) { j.failures = append(j.failures, message) })
	return j
}

// wantMatch checks whether a matcher holds for actual: by itself, through Expect, and negated.
func wantMatch(t *testing.T, actual any, m types.GomegaMatcher, want bool) {
	t.Helper()
	if got, err := m.Match(actual); got != want || err != nil {
		t.Errorf("Match = %t, %v; want %t, nil", got, err, want)
		return
	}
	to, notTo := newJudge(), newJudge()
	if to.Expect(actual).To(m) != want || notTo.Expect(actual).NotTo(m) == want {
		t.Errorf("To: %q, NotTo: %q; want %t and its opposite", to.failures, notTo.failures, want)
	}
}

// wantMisuse checks that neither an assertion nor its negation can be made, that the error
// has these words, and that Eventually does not wait for better.
func wantMisuse(t *testing.T, actual any, m types.GomegaMatcher, words ...string) {
	t.Helper()
	got, err := m.Match(actual)
	if got || err == nil {
		t.Errorf("Match = %t, %v; want an error", got, err)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
	if j := newJudge(); j.Expect(actual).NotTo(m) || len(j.failures) != 1 {
		t.Errorf("the negation holds: %q", j.failures)
	}
	wantSettled(t, actual, m)
}

// wantEarly checks that Eventually fails, and that Consistently succeeds for the negation,
// long before their timeouts, because nothing can change.
func wantEarly(t *testing.T, actual any, m types.GomegaMatcher) {
	t.Helper()
	j, began := newJudge(), time.Now()
	if j.Eventually(actual).WithTimeout(patience).Should(m) {
		t.Error("Eventually succeeded")
	} else if !strings.Contains(j.failures[0], "No future change is possible") {
		t.Errorf("Eventually did not end early: %s", j.failures[0])
	}
	if !j.Consistently(actual).WithTimeout(patience).ShouldNot(m) {
		t.Errorf("Consistently failed: %q", j.failures)
	}
	if time.Since(began) >= patience {
		t.Error("one of them waited for its timeout")
	}
}

// wantOpen checks that a matcher expects changes.
func wantOpen(t *testing.T, actual any, m types.GomegaMatcher) {
	t.Helper()
	if !types.MatchMayChangeInTheFuture(m, actual) {
		t.Error("the matcher says that nothing can change")
	}
}

// wantSettled checks that a matcher expects no changes.
func wantSettled(t *testing.T, actual any, m types.GomegaMatcher) {
	t.Helper()
	if types.MatchMayChangeInTheFuture(m, actual) {
		t.Error("the matcher says that something can change")
	}
}

// Times and addresses differ from run to run.
var (
	times    = regexp.MustCompile(`\d+\.\d{6}s`)
	pointers = regexp.MustCompile(`0x[0-9a-f]+`)
)

// wantMessage checks how an assertion fails against testdata/NAME.txt.
func wantMessage(t *testing.T, name string, assert func(g gomega.Gomega)) {
	t.Helper()
	j := newJudge()
	assert(j)
	if len(j.failures) != 1 {
		t.Fatalf("%d failures, want 1: %q", len(j.failures), j.failures)
	}
	got := times.ReplaceAllString(j.failures[0], "0.000000s") + "\n"
	got = pointers.ReplaceAllString(got, "0x0")
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: the message is\n%s\nwant\n%s", file, got, want)
	}
}

// A script writes a record by hand. It is a server that does not say when it closes.
type script struct {
	*transcripttest.Record
	mark transcript.Mark // for what needs one
}

func newScript(network string, limit int64) *script {
	h := transcript.Header{Name: "pinger", Network: network, Address: "127.0.0.1:4242"}
	return &script{Record: transcripttest.New(h, limit)}
}

func (s *script) accept(conns ...int) *script {
	for _, n := range conns {
		s.Add(transcript.Event{Conn: n, Kind: transcript.Accept, Peer: "127.0.0.1:50000"})
	}
	return s
}

// carries records parts of a stream, or datagrams, each an event.
func (s *script) carries(n int, d transcript.Direction, k transcript.Kind, parts []string) *script {
	for _, p := range parts {
		s.Add(transcript.Event{Conn: n, Direction: d, Kind: k, Peer: "127.0.0.1:50000", Data: []byte(p)})
	}
	return s
}

func (s *script) receives(n int, parts ...string) *script {
	return s.carries(n, transcript.FromClient, transcript.Data, parts)
}

func (s *script) sends(n int, parts ...string) *script {
	return s.carries(n, transcript.ToClient, transcript.Data, parts)
}

// receivesDatagrams and sendsDatagrams are for peer n.
func (s *script) receivesDatagrams(n int, payloads ...string) *script {
	return s.carries(n, transcript.FromClient, transcript.Datagram, payloads)
}

func (s *script) sendsDatagrams(n int, payloads ...string) *script {
	return s.carries(n, transcript.ToClient, transcript.Datagram, payloads)
}

// fromClient and toClient record an event of one direction.
func (s *script) fromClient(n int, k transcript.Kind) *script {
	s.Add(transcript.Event{Conn: n, Direction: transcript.FromClient, Kind: k})
	return s
}

func (s *script) toClient(n int, k transcript.Kind) *script {
	s.Add(transcript.Event{Conn: n, Direction: transcript.ToClient, Kind: k})
	return s
}

func (s *script) closes(n int) *script {
	s.Add(transcript.Event{Conn: n, Kind: transcript.Close})
	return s
}

// dial connects to the server until the end of the test.
func dial(t *testing.T, network string, srv interface{ Addr() string }) net.Conn {
	t.Helper()
	c, err := net.Dial(network, srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

func send(t *testing.T, c io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// eventually waits for a matcher as users do.
func eventually(t *testing.T, actual any, m types.GomegaMatcher) {
	t.Helper()
	gomega.NewWithT(t).Eventually(actual).WithTimeout(patience).Should(m)
}

// wrongActuals returns values that are not servers, by words of the error that they get.
func wrongActuals() map[string]any {
	return map[string]any{
		"not nil":                          nil,
		"not a int":                        7,
		"not a nil *fakeserver.Server":     (*fakeserver.Server)(nil),
		"only Eventually and Consistently": func() int { return 1 },
	}
}

// A waiter is a function as a Waiter.
type waiter func(cond func(transcript.Transcript) bool)

func (w waiter) Wait(_ context.Context, cond func(transcript.Transcript) bool) error {
	w(cond)
	return nil
}
