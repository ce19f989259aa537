package match_test

import (
	"io"
	"testing"

	"github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	. "github.com/fakewire/fakewire/nettest/match"
)

// discards records what a client sends in vain.
func (s *script) discards(n int, parts ...string) *script {
	return s.carries(n, transcript.FromClient, transcript.Discarded, parts)
}

func TestHaveDiscarded(t *testing.T) {
	s := newScript("tcp", 0).accept(1, 2).receives(1, "first\n").discards(1, "lo", "st\n").receives(2, "lost\n")
	wantMatch(t, s, HaveDiscarded("lost\n"), true)
	wantMatch(t, s, HaveDiscarded("lost\n").OnConn(2), false)
	wantMatch(t, s, HaveDiscarded("first"), false)
	wantMatch(t, s, HaveDiscarded(gomega.BeEmpty()).OnConn(2), true)
	wantMatch(t, s, HaveReceived("lost").OnConn(1), false)
	wantMatch(t, s, HaveReceived("lost").OnConn(2), true)
	wantMatch(t, s, HaveReceived(gomega.Equal("first\n")).OnConn(1), true)
	wantOpen(t, s, HaveDiscarded("more").OnConn(1))
	s.fromClient(1, transcript.FIN)
	wantOpen(t, s, HaveDiscarded("more").OnConn(1)) // the handler may end without reading all
	s.closes(1)
	wantSettled(t, s, HaveDiscarded("more").OnConn(1))
	wantMisuse(t, s, HaveDiscarded(""), "always hold")

	// A datagram that a rule lost was received.
	p := newScript("udp", 0).accept(1)
	p.receivesDatagrams(1, "PING")
	wantMatch(t, p, HaveDiscarded("PING"), false)
}

// The limit does not matter if it left out only what was not asked for.
func TestHaveReceivedNeedsNothingThatWasDiscarded(t *testing.T) {
	s := newScript("tcp", 6).accept(1).receives(1, "first\n").discards(1, "lost\n")
	wantMatch(t, s, HaveReceived("lost").OnConn(1), false)
	wantMisuse(t, s.Transcript(), HaveDiscarded("lost"), "RecordLimit kept 5 bytes")
}

func TestHaveDiscardedSaysWhatThereWas(t *testing.T) {
	s := newScript("tcp", 0).accept(1).receives(1, "first\n").discards(1, "lost\n")
	wantMessage(t, "discarded", func(g gomega.Gomega) { g.Expect(s).To(HaveDiscarded("second\n")) })
	wantMessage(t, "discarded_not", func(g gomega.Gomega) { g.Expect(s).NotTo(HaveDiscarded("lost\n").OnConn(1)) })
}

// The server takes a logger's line off the wire and throws it away.
func TestHaveDiscardedHasALoggersLostLine(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{}}) // takes one line and leaves
	c := dial(t, "tcp", srv)
	buf := Buffer(srv, 1)
	send(t, c, "first\n")
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Fatalf("Read gave %v, want EOF", err)
	}
	send(t, c, "lost\n") // succeeds
	eventually(t, srv, HaveDiscarded("lost\n"))
	wantMatch(t, srv, HaveReceived("lost"), false)
	c.Close()
	eventuallyClosed(t, buf)
	if got := string(buf.Contents()); got != "first\n" {
		t.Errorf("the buffer has %q", got)
	}
}
